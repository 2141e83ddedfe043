# bash completion for portfrom; made by "make docs".
_portfrom() {
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
    --format)
        COMPREPLY=($(compgen -P "$head" -W 'auto nmap-xml nmap-grepable masscan-json masscan-ndjson masscan-list masscan-grepable zmap zmap-json zgrab2 naabu-json naabu rustscan' -- "$cur"))
        return ;;
    --port)
        :
        return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--format --port -v --verbose -h --help --version --schema' -- "$cur"))
        return
    fi
    compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _portfrom portfrom
