# bash completion for portid; made by "make docs".
_portid_app() {
    printf '%s\n' 9p ajp amqp asterisk-ami beanstalkd cassandra chargen clamd daytime dict dns \
    echo epmd finger ftp gearman git gopher gpsd http ident imap irc iscsi java-rmi kafka kerberos \
    ldap lmtp memcached minecraft mongodb mpd mqtt mssql mssql-browser mumble munin mysql nats nbd \
    nfs nntp nrpe nut opc-ua openvpn openwire oracle-tns pop3 postgresql pptp qotd rdp redis \
    rpcbind rsync rtsp shoutcast sieve sip smb smtp snmp socks4 socks5 ssdp ssh stomp stun svn \
    telnet time tor tor-control vnc x11 xmpp zabbix-agent zookeeper
}

_portid() {
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
    -c|--concurrency)
        :
        return ;;
    --host-concurrency)
        :
        return ;;
    -r|--rate)
        :
        return ;;
    --host-rate)
        :
        return ;;
    --lookup-rate)
        :
        return ;;
    -t|--timeout)
        :
        return ;;
    --effort)
        COMPREPLY=($(compgen -P "$head" -W 'quick normal thorough' -- "$cur"))
        return ;;
    --only)
        [[ $cur == *[,:]* ]] && head=${cur%"${cur##*[,:]}"} cur=${cur##*[,:]}
        COMPREPLY=($(compgen -P "$head" -W '$(_portid_app)' -- "$cur"))
        return ;;
    --ask)
        :
        return ;;
    --ca-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --user-agent)
        :
        return ;;
    --recog)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -d -- "$cur"))
        return ;;
    --source)
        :
        return ;;
    --interface)
        COMPREPLY=($(compgen -P "$head" -W '$(cd /sys/class/net 2>/dev/null && ls -d -- */ | tr -d /)' -- "$cur"))
        return ;;
    --allow)
        :
        return ;;
    --deny)
        :
        return ;;
    --allow-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --deny-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --deadline)
        :
        return ;;
    --resume)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --fsync)
        :
        return ;;
    --progress)
        COMPREPLY=($(compgen -P "$head" -W 'auto always never json' -- "$cur"))
        return ;;
    --total)
        :
        return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-c --concurrency --host-concurrency -r --rate --host-rate --lookup-rate -t --timeout --effort --only --ask --no-starttls --ca-file --user-agent --recog -4 --ipv4 -6 --ipv6 --source --interface --allow --deny --allow-file --deny-file --deadline --open -k --keep-order --resume --fsync --progress --total -v --verbose -q --quiet -h --help --version --schema' -- "$cur"))
        return
    fi
    compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _portid portid
