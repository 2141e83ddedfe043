# bash completion for portdiff; made by "make docs".
_portdiff() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} head= at= IFS=$' \t\n'
    if [[ $cur == [=@] || $cur == =@ ]]; then
        at=${cur#=} cur=
    elif [[ $prev == [=@] || $prev == =@ ]]; then
        at=${prev#=} prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    COMPREPLY=()
    case $prev in
    -o|--output)
        COMPREPLY=($(compgen -P "$head" -W 'auto text json html' -- "$cur"))
        return ;;
    --expect)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-o --output --expect --by-ip --all -h --help --version --schema' -- "$cur"))
        return
    fi
    compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _portdiff portdiff
