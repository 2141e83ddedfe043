# fish completion for portsum; made by "make docs".
function __portsum_field
    set -l head (commandline -ct | string replace -r '^(--[^=]*=|-[a-zA-Z])' '' | string replace -r '[^,:]*$' '')
    set -l list app attempts banner banner_hex conns device evidence host http.location \
    http.powered_by http.realm http.server http.status http.title http.version id_ms input ip \
    ip/24 ip/64 limited line method os port product proto reason rtt_ms service source ssh.banner \
    state time tls.alpn tls.chain tls.cipher tls.client_cert tls.issuer tls.key tls.names_total \
    tls.not_after tls.not_before tls.serial tls.sha256 tls.signature tls.sni tls.starttls \
    tls.subject tls.verify tls.version ttl vendor version
    printf '%s\n' "$head"$list
end
complete -c portsum -F
complete -c portsum -s o -l output -x -a 'auto text json html csv csv-ports nmap-xml prometheus' -d 'Output format'
complete -c portsum -l by -x -a '(__portsum_field)' -d 'Group by these fields, such as owner or tls.issuer'
complete -c portsum -l expiring -x -d 'In text and HTML reports, point out certificates that expire within this many days'
complete -c portsum -l weights -d 'Print for each open port the number of hosts it is open on, highest first, as lines port/proto weight for portgen --ports-file'
complete -c portsum -l stats -d 'Include round-trip times and result times'
complete -c portsum -s h -l help -d 'Print this help and exit'
complete -c portsum -l version -d 'Print the version and exit'
complete -c portsum -l schema -d 'Print the JSON Schema of the output and exit'
