# bash completion for portgen; made by "make docs".
_portgen_service() {
    printf '%s\n' 3com-tsmux CardWeb-IO EtherNet-IP-1 EtherNet-IP-2 XmlIpcRegSvc a2s abb-hw \
    activemq adws afpovertcp afs3-callback afs3-fileserver afs3-prserver agentx ajp ajp13 \
    alertmanager all altav-remmgt amanda amberon amqp amqps amt-soap-http amt-soap-https aol \
    apani1 apcupsd appserv-http apsolab-tags arcp asf-rmcp/udp asip-webadmin asterix auth \
    avt-profile-1 avt-profile-2 backroomnet backup-express bacnet bacula-dir bacula-fd bacula-sd \
    barracuda-bbs bfd-control bfd-echo bfd-lag/udp bfd-multi-ctl bgmp bgp biap-mp biff/udp \
    binderysupport bintec-admin bitcoin bittorrent bittorrent-dht/udp blackjack blizwow \
    bmc-patroldb bolt bootpc bootps bprd brutus btrieve cadkey-tablet callwaveiam cap \
    capwap-control/udp capwap-data/udp cassandra cbt cddbp-alt ceph chargen checkmk-agent cifs \
    ciphire-serv cirrossp cisco-sccp citriximaclient cldap/udp clickhouse clickhouse-http cmtp-mgt \
    coap coaps cockpit cockroach codemeter commplex-link commplex-main compaq-https consul \
    consul-dns consul-http consul-lan consul-server consul-wan copycat couchdb cp-cluster cps \
    cpudpencap cslistener cups cvspserver cwmp d-s-n daap daytime db2 ddi-tcp-1 dec-dlm \
    dhcp-failover dhcp-failover2 dhcp/udp dhcpc/udp dhcps/udp dhcpv6-client dhcpv6-server \
    dhcpv6c/udp dhcpv6s/udp diameter dict discard discp-client discp-server distcc distinct dnox \
    dnp dnp-sec dns docker docker-s docker-swarm-gossip documentum domain domain-s dots-signal \
    dsm-scm-target dtls/udp dtspcd dynamid echo ecmp eforward elasticsearch \
    elasticsearch-transport eli emc-pp-mgmtsvc epmap epmd esmagent esro-gen etcd-client \
    etcd-server ethereum ethernet-ip ethernet-ip-2 etlservicemgr ewctsp exec fcp-addr-srvr1 ff-ice \
    findviatv finger fio-cmgmt fmsas fmtp fs-agent ftp ftp-data ftps ftps-data fujitsu-dtcns \
    gds-db gearman geneve/udp git glrpc gnmi-gnoi gnunet gopher gprs-sig/udp gpsd grafana gtp \
    gtp-control gtp-user h323gatedisc h323gatestat h323hostcall ha-cluster hart-ip hbci \
    hpoms-dps-lstn hpvirtgrp hsrp http http-alt http-rpc-epmap http3/udp https https-alt hydap iax \
    iax2 ibm-mqseries ica icl-twobase1 icslap ideafarm-door ideafarm-panic ident iec-104 \
    ifor-protocol ike/udp imap imap2 imaps imqbrokerd imtc-mcs influxdb infowave intermapper \
    intu-ec-svcdisc iop ipfix ipmi/udp ipp ipps ipsec-nat-t irc ircs-u ircu irdmi irdmi2 irisa \
    irtrans isakmp iscsi iscsi-target isns iso-tsap ita-agent jamlink java-rmi jetdirect jwpc \
    kafka kerberos kerberos-adm kibana klogin kpasswd krb5 kshell kube-apiserver \
    kube-controller-manager kube-proxy kube-scheduler kubelet kubelet-readonly kubernetes l2tp \
    ldap ldap-ssl ldaps ldp llmnr login lotusnote lxi-evntsvc macromedia-fcs mailbox matrix-fed \
    mbap mbap-s mdns megaco-h248 memcache memcached mgcp-callagent mgcp-gateway mice \
    micromuse-ncpw microsoft-ds mikrotik-api mikrotik-api-ssl mindprint minecraft \
    minecraft-bedrock/udp minipay mmcc modbus mongo mongod mongodb mountd mpls-udp/udp mqtt ms-do \
    ms-olap3 ms-olap4 ms-sql-m ms-sql-s ms-v-worlds ms-wbt-server msdfsr msdp msft-gc msft-gc-ssl \
    msgclnt msgsrvr mshvlm msmq msnp msrpc mssql mssql-browser/udp mtp mumble munin mxi mysql \
    mysqlx nameserver nat-pmp/udp nats nbd nbx-dir nbx-ser ncacn-http ncp ncube-lm ndl-aas ndmp \
    ndmps neo4j net-assistant netbios-dgm netbios-ns netbios-ssn netconf-ssh netsupport newoak nfs \
    nicname nntp nomad npp nrpe nsc-ccs nsc-posa nsjtp-data ntalk ntp nut nv-video nvme-disc odmr \
    ollama omhs oms oob-ws-http oob-ws-https opcon-xps opcua-tcp opcua-tls openflow opensearch \
    opentelemetry openvpn openwire opsmessaging oracle oracle-tns origo-native osm-appsrvr osu-nms \
    otp otv palace-2 palace-4 palace-5 palace-6 patrol-coll patrol-snmp pcanywheredata \
    pcanywherestat pcp-multicast/udp pcp/udp pcsync-http pcsync-https pdap-np pdl-datastream \
    peerwire personal-agent pgbouncer pharos pichat plex plexmediaserver pop3 pop3s portmapper \
    postgres postgresql pptp printer privoxy pro-ed profinet-cm profinet-rt prometheus ptp-event \
    ptp-general pumpkindb puppet puppetserver pushgateway pyrrho qotd quake quic/udp rabbitmq \
    rabbitmq-dist rabbitmq-management radan-http radg radius radius-acct radius-dynauth \
    radmin-port radmind radsec rancher rdp redis remoteware-cl rethinkdb rfb rip/udp ripng \
    rmcp/udp rmiregistry rndc rocrail route/udp router/udp rpcbind rrac rsync rtmp rtsp rtsp-alt \
    rxmon sa-msg-port sac salt salt-publish salt-request sane-port scientia-ssdb scp-config sd \
    search-agent sec-t4net-clt secure-mqtt sentinelsrm sflow sftp shell sieve sightline \
    simbaexpress simplifymedia sip sips slim-devices slp smart-install smb sms-rcinfo smtp smtps \
    smux snmp snmptrap sntp socks solid-mux soundsvirtual source-engine spcsdlobby spdm spss squid \
    squid-http ssdp ssh steam stun stun-behavior stun-behaviors stuns submission submissions \
    sun-sr-https sunproxyadmin sunrpc svn svrloc swarm sybaseanywhere syslog-tls syslog/udp tacacs \
    talk targus-getdata1 teamcoherence teamviewer telnet telnets terabase teradataordbms teredo \
    tftp tick-port timbuktu time tinc tlisrv tmi tor-socks tpcsrvr trap-daemon trivnet1 trivnet2 \
    tsrmagt ttc ttc-ssl tungsten-https turn turns ub-dns-control urd us-cli us-srv uucp-rlogin \
    vault vcom-tunnel veritas-pbx versiera vlsi-lm vmrdp vmware-authd vnc vnc-server vnetd vop \
    vrace vsat-control vxlan-linux/udp vxlan/udp wago-io-system wap-wsp warppipe wbem-http \
    wbem-https websm who/udp whois winbox winfs winrm winrms wireguard/udp wpl-analytics \
    ws-discovery wsdapi wsdapi-s wsm-server-ssl wsman wsmans www www-http x11 xbox xdmcp \
    xmltec-xmlmail xmpp-bosh xmpp-client xmpp-server xprint-server yo-main zabbix-agent \
    zabbix-trapper zephyr-clt zookeeper
}

_portgen() {
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
    -i|--input)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    -x|--exclude)
        IFS=$'\n'; COMPREPLY=($(compgen -A hostname -- "$cur"))
        return ;;
    -X|--exclude-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    -p|--ports)
        [[ $cur == *[,:]* ]] && head=${cur%"${cur##*[,:]}"} cur=${cur##*[,:]}
        COMPREPLY=($(compgen -P "$head" -W '$(_portgen_service)' -- "$cur"))
        return ;;
    --top)
        :
        return ;;
    --ports-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --exclude-ports)
        [[ $cur == *[,:]* ]] && head=${cur%"${cur##*[,:]}"} cur=${cur##*[,:]}
        COMPREPLY=($(compgen -P "$head" -W '$(_portgen_service)' -- "$cur"))
        return ;;
    --resolve)
        COMPREPLY=($(compgen -P "$head" -W 'none first all' -- "$cur"))
        return ;;
    --lookup-rate)
        :
        return ;;
    --order)
        COMPREPLY=($(compgen -P "$head" -W 'linear interleaved random' -- "$cur"))
        return ;;
    --seed)
        :
        return ;;
    --shard)
        :
        return ;;
    --skip)
        :
        return ;;
    --limit)
        :
        return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-i --input -x --exclude -X --exclude-file -p --ports --top --ports-file --tcp --udp --exclude-ports --resolve -4 --ipv4 -6 --ipv6 --lookup-rate --order --seed --shard --skip --limit --count --plain -v --verbose -h --help --version --schema' -- "$cur"))
        return
    fi
    IFS=$'\n'; COMPREPLY=($(compgen -A hostname -- "$cur"))
}
complete -F _portgen portgen
