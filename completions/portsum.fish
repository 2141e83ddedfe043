# fish completion for portsum; made by "make docs".
complete -c portsum -F
complete -c portsum -s o -l output -x -a 'auto text json html csv csv-ports nmap-xml prometheus' -d 'What to write'
complete -c portsum -l by -x -d 'Group by these fields of the results'
complete -c portsum -l weights -d 'Write on how many hosts each open port is open, most first'
complete -c portsum -l stats -d 'Add up round trips and the times of results too'
complete -c portsum -s h -l help -d 'Show this help and exit'
complete -c portsum -l version -d 'Show the version and exit'
complete -c portsum -l schema -d 'Show the JSON Schema of what is written and exit'
