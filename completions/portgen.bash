# bash completion for portgen; made by "make docs".
_portgen() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} head= at= IFS=$' \t\n'
    if [[ $cur == [=@] || $cur == =@ ]]; then
        at=${cur#=} cur=
    elif [[ $prev == [=@] || $prev == =@ ]]; then
        at=${prev#=} prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    COMPREPLY=()
    case $prev in
    -i|--input)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    -x|--exclude)
        IFS=$'\n'; COMPREPLY=($(compgen -A hostname -- "$cur"))
        return ;;
    -X|--exclude-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    -p|--ports)
        :
        return ;;
    --top)
        :
        return ;;
    --ports-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --exclude-ports)
        :
        return ;;
    --resolve)
        COMPREPLY=($(compgen -P "$head" -W 'none first all' -- "$cur"))
        return ;;
    --lookup-rate)
        :
        return ;;
    --order)
        COMPREPLY=($(compgen -P "$head" -W 'linear random' -- "$cur"))
        return ;;
    --seed)
        :
        return ;;
    --shard)
        :
        return ;;
    --skip)
        :
        return ;;
    --limit)
        :
        return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-i --input -x --exclude -X --exclude-file -p --ports --top --ports-file --tcp --udp --exclude-ports --resolve -4 --ipv4 -6 --ipv6 --lookup-rate --order --seed --shard --skip --limit --count --plain -v --verbose -h --help --version --schema' -- "$cur"))
        return
    fi
    IFS=$'\n'; COMPREPLY=($(compgen -A hostname -- "$cur"))
}
complete -F _portgen portgen
