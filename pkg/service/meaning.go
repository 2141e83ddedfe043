package service

import "strings"

// Meaning is an app, as in the field app, and whether a name implies that the app is
// inside TLS.
type Meaning struct {
	App string
	TLS bool
}

// Meanings returns the apps that a registered name, or the name of an app, denotes, the
// most common first. It returns nil for other names.
func Meanings(name string) (all []Meaning) {
	for _, row := range meanings {
		switch {
		case row.app == name || has(row.names, name):
			all = append(all, Meaning{App: row.app})
		case has(row.tls, name):
			all = append(all, Meaning{App: row.app, TLS: true})
		}
	}
	return all
}

// Means reports whether a name denotes an app that was found inside TLS (tls) or not.
// Names that imply TLS require it, other names permit it.
func Means(name, app string, tls bool) bool {
	if name == app {
		return true
	}
	for _, row := range meanings {
		if row.app == app {
			return has(row.names, name) || tls && has(row.tls, name)
		}
	}
	return false
}

// InTLS returns the common name of an app inside TLS, such as https; "" if it has
// none.
func InTLS(app string) string {
	for _, row := range meanings {
		if row.app == app {
			name, _, _ := strings.Cut(row.tls, " ")
			return name
		}
	}
	return ""
}

// has reports whether a list separated by spaces contains a name.
func has(list, name string) bool {
	for item := range strings.FieldsSeq(list) {
		if item == name {
			return true
		}
	}
	return false
}

// meaning is an app with the registered names that denote it, and those that denote it
// inside TLS. The most common name comes first.
type meaning struct{ app, names, tls string }

// meanings has a row for each app. A service that speaks another protocol's messages,
// such as ipp those of HTTP, is among the names of that protocol.
var meanings = []meaning{
	{
		"http", "www www-http http-alt gss-http http-mgmt http-wmap multiling-http httpx pcsync-http radan-http soap-http wbem-http appserv-http " +
			"amt-soap-http oob-ws-http sun-sr-http wsman winrm ipp ipps cups docker etcd-client squid-http squid grafana kibana couchdb " +
			"clickhouse-http clickhouse influxdb consul-http consul nomad vault prometheus cockpit pushgateway alertmanager elasticsearch " +
			"opensearch rabbitmq-management rabbitmq privoxy ollama plex plexmediaserver kubelet-readonly kube-proxy xmpp-bosh",
		"https https-alt pcsync-https tungsten-https sun-sr-https oracleas-https https-wmap wbem-https wbem-exp-https appserv-https " +
			"amt-soap-https oob-ws-https sun-user-https wsmans winrms docker-s kube-apiserver kubernetes kubelet kube-controller-manager " +
			"kube-scheduler puppet puppetserver",
	},
	{"quic", "https http3 domain-s pcsync-https", ""},
	{"dtls", "https domain-s radsec sips stuns turns stun-behaviors coaps syslog-tls snmpdtls pcsync-https", ""},
	{"rtsp", "rtsp-alt", "rtsps"},
	{"sip", "", "sips"},
	{"ssdp", "", ""},
	{"ws-discovery", "", ""},
	{"shoutcast", "", ""},

	{"smtp", "submission", "smtps submissions urd"},
	{"lmtp", "", ""},
	{"pop3", "", "pop3s"},
	{"imap", "imap2 imap3", "imaps"},
	{"sieve", "", ""},
	{"nntp", "nnsp", "nntps"},
	{"irc", "ircu irc-serv", "ircs-u"},
	{"xmpp", "xmpp-client xmpp-server", ""},
	{"ftp", "", "ftps"},
	{"telnet", "rtelnet", "telnets"},

	{"dns", "domain mdns", "domain-s"},
	{"ldap", "msft-gc", "ldaps ldap-ssl msft-gc-ssl"},
	{"cldap", "ldap", ""},
	{"kerberos", "krb5", ""},
	{"smb", "microsoft-ds cifs netbios-ssn", ""},
	{"rdp", "ms-wbt-server", ""},
	{"vnc", "rfb vnc-server", ""},
	{"mssql", "ms-sql-s", ""},
	{"mssql-browser", "ms-sql-m", ""},
	{"oracle-tns", "oracle", ""},
	{"postgresql", "postgres pgbouncer", ""},
	{"mongodb", "mongo mongod", ""},
	{"memcached", "memcache", ""},
	{"mqtt", "", "secure-mqtt"},
	{"amqp", "", "amqps"},
	{"openwire", "activemq", ""},
	{"opc-ua", "opcua-tcp", "opcua-tls"},
	{"socks5", "socks tor-socks", ""},
	{"socks4", "socks tor-socks", ""},
	{"rpcbind", "sunrpc portmapper", ""},
	{"9p", "9pfs", ""},
	{"java-rmi", "rmiregistry", ""},
	{"ajp", "ajp13", ""},
	{"ident", "auth", ""},
	{"ntp", "sntp", ""},
	{"slp", "svrloc", ""},
	{"stun", "turn stun-behavior", "stuns turns stun-behaviors"},
	{"iax2", "iax", ""},
	{"gtp", "gtp-user gtp-control", ""},
	{"iscsi", "iscsi-target", ""},
	{"ike", "isakmp ipsec-nat-t", ""},
	{"ipmi", "asf-rmcp", ""},
	{"rmcp", "asf-rmcp asf-secure-rmcp", ""},
	{"mqtt-sn", "mqtt", ""},
	{"knxnet", "efcp", ""},
	{"pcp", "nat-pmp", ""},
	{"nat-pmp", "pcp", ""},
	{"ethernet-ip", "ethernet-ip-2 EtherNet-IP-2", ""},
	{"bittorrent-dht", "bittorrent", ""},
	{"a2s", "source-engine steam", ""},
	{"minecraft", "minecraft-bedrock", ""},

	// Registered under their own names, if at all.
	{app: "asterisk-ami"},
	{app: "bacnet"},
	{app: "beanstalkd"},
	{app: "cassandra"},
	{app: "chargen"},
	{app: "clamd"},
	{app: "coap"},
	{app: "daytime"},
	{app: "dict"},
	{app: "echo"},
	{app: "epmd"},
	{app: "finger"},
	{app: "gearman"},
	{app: "git"},
	{app: "gopher"},
	{app: "gpsd"},
	{app: "kafka"},
	{app: "rpc"},
	{app: "tor"},
	{app: "kpasswd"},
	{app: "l2tp"},
	{app: "mdns"},
	{app: "mpd"},
	{app: "mumble"},
	{app: "munin"},
	{app: "mysql"},
	{app: "nats"},
	{app: "nbd"},
	{app: "netbios-ns"},
	{app: "nfs"},
	{app: "nrpe"},
	{app: "nut"},
	{app: "openvpn"},
	{app: "pptp"},
	{app: "qotd"},
	{app: "redis"},
	{app: "rsync"},
	{app: "snmp"},
	{app: "ssh"},
	{app: "stomp"},
	{app: "svn"},
	{app: "tftp"},
	{app: "time"},
	{app: "tor-control"},
	{app: "x11"},
	{app: "xdmcp"},
	{app: "zabbix-agent"},
	{app: "zookeeper"},
}
