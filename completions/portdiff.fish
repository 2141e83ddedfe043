# fish completion for portdiff; made by "make docs".
complete -c portdiff -F
complete -c portdiff -s o -l output -x -a 'auto text json html' -d 'What to write'
complete -c portdiff -l expect -r -F -d 'Compare one scan with what FILE says is to be open, lines of TARGET PORTS [# comment]'
complete -c portdiff -l by-ip -d 'Tell hosts apart by their addresses instead of as they are written, so that what is asked under another name is the same host'
complete -c portdiff -l all -d 'Show the endpoints that only one of the two scans asked in whatever state'
complete -c portdiff -s h -l help -d 'Show this help and exit'
complete -c portdiff -l version -d 'Show the version and exit'
complete -c portdiff -l schema -d 'Show the JSON Schema of what is written and exit'
