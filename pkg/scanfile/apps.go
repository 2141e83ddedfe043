package scanfile

import (
	"portkit/pkg/endpoint"
	"portkit/pkg/service"
)

// App returns the app that a name that a scanner gives to a service denotes, as in the
// field app, and whether the name implies that it is inside TLS. It returns "" for names
// that denote none.
func App(p endpoint.Proto, name string) (app string, inTLS bool) {
	for _, row := range apps {
		if row.name == name && (row.proto == "" || row.proto == p.String()) {
			return row.app, false
		}
	}
	all := service.Meanings(name)
	for _, m := range all { // rather the app of the same name than one that others call so
		if m.App == name {
			return name, false
		}
	}
	if len(all) == 0 {
		return "", false
	}
	return all[0].App, all[0].TLS
}

// apps has the names that are not registered and not those of apps, or that mean something
// else to scanners.
var apps = []struct{ proto, name, app string }{
	{"udp", "ldap", "cldap"},
	{"udp", "https", "quic"},
	{"", "X11", "x11"},
	{"", "apachemq", "openwire"},
	{"", "asterisk", "asterisk-ami"},
	{"", "bitcoin-jsonrpc", "http"},
	{"", "caldav", "http"},
	{"", "cassandra-native", "cassandra"},
	{"", "ftp-proxy", "ftp"},
	{"", "gpsd-ng", "gpsd"},
	{"tcp", "http-proxy", "http"},
	{"", "icy", "shoutcast"},
	{"", "imap-proxy", "imap"},
	{"", "irc-proxy", "irc"},
	{"", "jabber", "xmpp"},
	{"", "kazaa-http", "http"},
	{"", "kerberos-sec", "kerberos"},
	{"", "nntp-proxy", "nntp"},
	{"", "ntop-http", "http"},
	{"", "pop3-proxy", "pop3"},
	{"", "rtsp-proxy", "rtsp"},
	{"", "sip-proxy", "sip"},
	{"", "smtp-proxy", "smtp"},
	{"", "svnserve", "svn"},
	{"", "telnet-proxy", "telnet"},
	{"tcp", "upnp", "http"},
	{"udp", "upnp", "ssdp"},
	{"", "upsd", "nut"},
	{"", "vnc-http", "http"},
	{"", "webdav", "http"},
	{"", "xmpp-transport", "xmpp"},
}
