# fish completion for portdiff; made by "make docs".
complete -c portdiff -F
complete -c portdiff -s o -l output -x -a 'auto text json html' -d 'Output format'
complete -c portdiff -l expect -r -F -d 'Compare one scan with the ports that FILE expects to be open, lines of TARGET PORTS [# comment]'
complete -c portdiff -l by-ip -d 'Identify hosts by address instead of by name as written'
complete -c portdiff -l all -d 'Also show endpoints that only one scan probed and that are not open'
complete -c portdiff -s h -l help -d 'Print this help and exit'
complete -c portdiff -l version -d 'Print the version and exit'
complete -c portdiff -l schema -d 'Print the JSON Schema of the output and exit'
