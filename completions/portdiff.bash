# bash completion for portdiff; made by "make docs".
_portdiff() {
    local i=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev head= at= IFS=$' \t\n'
    [[ $cur == : ]] && ((i > 1)) && cur= i=$((i - 1))
    while [[ ${COMP_WORDS[i-1]} == : ]] && ((i > 2)); do i=$((i - 2)); done
    prev=${COMP_WORDS[i-1]}
    if [[ $cur == [=@] || $cur == =@ ]]; then
        at=${cur#=} cur=
    elif [[ $prev == [=@] || $prev == =@ ]]; then
        at=${prev#=} prev=${COMP_WORDS[i-2]}
    fi
    COMPREPLY=()
    case $prev in
    -o|--output)
        COMPREPLY=($(compgen -P "$head" -W 'auto text json html csv' -- "$cur"))
        return ;;
    --expect)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --only)
        [[ $cur == *[,:]* ]] && head=${cur%"${cur##*[,:]}"} cur=${cur##*[,:]}
        COMPREPLY=($(compgen -P "$head" -W 'opened closed changed unknown added removed' -- "$cur"))
        return ;;
    --ignore)
        [[ $cur == *[,:]* ]] && head=${cur%"${cur##*[,:]}"} cur=${cur##*[,:]}
        COMPREPLY=($(compgen -P "$head" -W 'app product version tls ssh' -- "$cur"))
        return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-o --output --expect --by-ip --all --only --ignore -h --help --version --schema' -- "$cur"))
        return
    fi
    compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _portdiff portdiff
