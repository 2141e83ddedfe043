# bash completion for portsum; made by "make docs".
_portsum_field() {
    printf '%s\n' app attempts banner banner_hex conns device evidence host http.location \
    http.powered_by http.realm http.server http.status http.title http.version id_ms input ip \
    ip/24 ip/64 limited line method os port product proto reason rtt_ms service source ssh.banner \
    state time tls.alpn tls.chain tls.cipher tls.client_cert tls.issuer tls.key tls.names_total \
    tls.not_after tls.not_before tls.serial tls.sha256 tls.signature tls.sni tls.starttls \
    tls.subject tls.verify tls.version ttl vendor version
}

_portsum() {
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
        COMPREPLY=($(compgen -P "$head" -W 'auto text json html csv csv-ports nmap-xml prometheus' -- "$cur"))
        return ;;
    --by)
        [[ $cur == *[,:]* ]] && head=${cur%"${cur##*[,:]}"} cur=${cur##*[,:]}
        COMPREPLY=($(compgen -P "$head" -W '$(_portsum_field)' -- "$cur"))
        return ;;
    --expiring)
        :
        return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-o --output --by --expiring --weights --stats -h --help --version --schema' -- "$cur"))
        return
    fi
    compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _portsum portsum
