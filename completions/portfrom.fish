# fish completion for portfrom; made by "make docs".
complete -c portfrom -F
complete -c portfrom -l format -x -a 'auto nmap-xml nmap-grepable masscan-json masscan-ndjson masscan-list masscan-grepable zmap zmap-json zgrab2 naabu-json naabu rustscan' -d 'Format of all files'
complete -c portfrom -l port -x -d 'Port of results that have none, such as 443 or 53/udp'
complete -c portfrom -s v -l verbose -d 'Report the format of each file, and statistics at the end'
complete -c portfrom -s h -l help -d 'Print this help and exit'
complete -c portfrom -l version -d 'Print the version and exit'
complete -c portfrom -l schema -d 'Print the JSON Schema of the output and exit'
