# fish completion for portid; made by "make docs".
function __portid_app
    set -l head (commandline -ct | string replace -r '^(--[^=]*=|-[a-zA-Z])' '' | string replace -r '[^,:]*$' '')
    set -l list 9p ajp amqp asterisk-ami beanstalkd cassandra chargen clamd daytime dict dns echo \
    epmd finger ftp gearman git gopher gpsd http ident imap irc iscsi java-rmi kafka kerberos ldap \
    lmtp memcached minecraft mongodb mpd mqtt mssql mssql-browser mumble munin mysql nats nbd nfs \
    nntp nrpe nut opc-ua openvpn openwire oracle-tns pop3 postgresql pptp qotd rdp redis rpcbind \
    rsync rtsp shoutcast sieve sip smb smtp snmp socks4 socks5 ssdp ssh stomp stun svn telnet time \
    tor tor-control vnc x11 xmpp zabbix-agent zookeeper
    printf '%s\n' "$head"$list
end
complete -c portid -F
complete -c portid -s c -l concurrency -x -d 'Maximum endpoints at once'
complete -c portid -l host-concurrency -x -d 'Maximum endpoints of one address at once'
complete -c portid -s r -l rate -x -d 'Maximum connections per second in total, such as 500 or 0.5'
complete -c portid -l host-rate -x -d 'Maximum connections per second to one address, such as 20 or 0.1'
complete -c portid -l lookup-rate -x -d 'Maximum DNS queries per second, such as 15'
complete -c portid -s t -l timeout -x -d 'Maximum time for one endpoint'
complete -c portid -l effort -x -a 'quick normal thorough' -d 'Number of requests to try'
complete -c portid -l only -x -a '(__portid_app)' -d 'Protocols to try, such as ssh,http'
complete -c portid -l ask -x -d 'Also send requests to these ports, such as 9100 or 2222'
complete -c portid -l no-starttls -d 'Do not upgrade connections to TLS'
complete -c portid -l ca-file -r -F -d 'Certificate authorities to verify against, in PEM'
complete -c portid -l user-agent -x -d 'User-Agent of HTTP requests'
complete -c portid -l recog -x -a '(__fish_complete_directories)' -d 'Recog database, for products'
complete -c portid -s 4 -l ipv4 -d 'Use only the IPv4 addresses of names'
complete -c portid -s 6 -l ipv6 -d 'Use only the IPv6 addresses of names'
complete -c portid -l source -x -d 'Source address of all connections'
complete -c portid -l interface -x -a '(__fish_print_interfaces)' -d 'Network interface to connect through'
complete -c portid -l allow -x -d 'Connect only to these targets'
complete -c portid -l deny -x -d 'Never connect to these targets'
complete -c portid -l allow-file -r -F -d 'Connect only to targets in FILE, lines of TARGET [PORTS]'
complete -c portid -l deny-file -r -F -d 'Never connect to targets in FILE, lines of TARGET [PORTS]'
complete -c portid -l deadline -x -d 'Stop after this time'
complete -c portid -l open -d 'Write only open ports'
complete -c portid -s k -l keep-order -d 'Write records in input order'
complete -c portid -l resume -r -F -d 'Append results to FILE'
complete -c portid -l fsync -x -d 'Sync the file of --resume to disk at this interval'
complete -c portid -l progress -x -a 'auto always never json' -d 'Progress on standard error'
complete -c portid -l total -x -d 'Expected number of records, for the percentage and the time left'
complete -c portid -s v -l verbose -d 'Report the settings, each service when identified, and statistics at the end'
complete -c portid -s q -l quiet -d 'Print neither the progress nor the summary line at the end'
complete -c portid -s h -l help -d 'Print this help and exit'
complete -c portid -l version -d 'Print the version and exit'
complete -c portid -l schema -d 'Print the JSON Schema of the output and exit'
