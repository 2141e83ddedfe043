package scanfile

import (
	"sync"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/service"
)

// App returns the app that a name that a scanner gives to a service denotes, as in the
// field app, and whether the name implies that it is inside TLS. It returns "" for names
// that denote none over the protocol. The name of an app, as portsum writes it, is that app.
func App(p endpoint.Proto, name string) (app string, inTLS bool) {
	for _, row := range apps {
		if row.name == name && (row.proto == "" || row.proto == p.String()) {
			return row.app, false
		}
	}
	known := known()
	if known[p][name] || known[1-p][name] { // rather than an app that others call so
		return name, false
	}
	for _, m := range service.Meanings(name) {
		if known[p][m.App] {
			return m.App, m.TLS
		}
	}
	return "", false
}

// known has the apps over each protocol.
var known = sync.OnceValue(func() (all [2]map[string]bool) {
	for p := range all {
		all[p] = map[string]bool{}
		for _, app := range record.AppsOver(endpoint.Proto(p)) {
			all[p][app] = true
		}
	}
	return all
})

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
	{"tcp", "tor-orport", "tor"},
	{"", "telnet-proxy", "telnet"},
	{"tcp", "upnp", "http"},
	{"udp", "upnp", "ssdp"},
	{"", "upsd", "nut"},
	{"", "vnc-http", "http"},
	{"", "webdav", "http"},
	{"", "xmpp-transport", "xmpp"},
}
