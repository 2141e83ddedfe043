# fish completion for portsum; made by "make docs".
function __portsum_field
    set -l head (commandline -ct | string replace -r '^(--[^=]*=|-[a-zA-Z])' '' | string replace -r '[^,:]*$' '')
    set -l list app attempts host input ip ip/24 ip/64 line method port proto reason rtt_ms \
    service state time ttl
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
