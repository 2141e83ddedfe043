# fish completion for portdiff; made by "make docs".
complete -c portdiff -F
complete -c portdiff -s o -l output -x -a 'auto text json html csv' -d 'Output format'
complete -c portdiff -l expect -r -F -d 'Compare one scan with the open ports and services that FILE expects, lines of TARGET PORTS [# comment]'
complete -c portdiff -l by-ip -d 'Identify hosts by address instead of by name as written'
complete -c portdiff -l all -d 'Also show endpoints that only one scan probed and that are not open'
complete -c portdiff -l only -x -a '(__fish_append , opened closed changed unknown added removed)' -d 'Show only these changes'
complete -c portdiff -l ignore -x -a '(__fish_append , app product version tls ssh)' -d 'Ignore differences in these fields of services that portid found'
complete -c portdiff -s h -l help -d 'Print this help and exit'
complete -c portdiff -l version -d 'Print the version and exit'
complete -c portdiff -l schema -d 'Print the JSON Schema of the output and exit'
