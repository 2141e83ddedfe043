package identify

import (
	"slices"

	"portkit/pkg/identify/protocol"
)

// tlsRequest is the name of a ClientHello.
const tlsRequest = "tls"

// httpRequest is the name of the request that HTTP servers are sent.
const httpRequest = "http"

// maxConns is the maximum number of connections to an endpoint, by effort.
var maxConns = [...]int{Quick: 3, Normal: 12, Thorough: 120}

// normalOrder returns the requests that follow TLS and HTTP, those that identify most
// services first. Of 71 daemons of Debian, listening identified 19, TLS 25 more and HTTP
// 11 more. Each further one adds about one.
func normalOrder() []string {
	return []string{"postgresql", "smb", "mqtt", "ldap", "socks5", "rpcbind", "dns", "memcached", "rdp"}
}

// afterText returns the request that servers of text understand or refuse in words.
func afterText() string { return "memcached" }

// afterSilence returns the requests that are still sent at normal effort when three
// requests had no reply: DNS and SMB servers ignore whatever is not for them.
func afterSilence() []string { return []string{"dns", "smb"} }

// facts are the facts that decide about the next request.
type facts struct {
	effort Effort
	conns  int      // connections made
	sent   []string // names of the requests sent
	silent int      // requests without any reply
	secure bool     // the service is inside TLS
	all    []string // the first requests of all protocols that are tried
	own    []string // requests of the own protocols
	hints  []string // requests of protocols that matched, but not only they
	text   bool     // replies are lines of text
}

// next returns the name of the next request; empty if there is none.
func (f *facts) next() string {
	if f.conns >= maxConns[f.effort] || f.effort == Quick && len(f.sent) >= 2 {
		return ""
	}
	for _, name := range f.order() {
		if !f.was(name) && (name == tlsRequest || slices.Contains(f.all, name)) {
			return name
		}
	}
	return ""
}

// was reports whether a request was sent.
func (f *facts) was(name string) bool { return slices.Contains(f.sent, name) }

// order returns all requests that may be sent, in their order.
func (f *facts) order() []string {
	order := slices.Clone(f.hints)
	if !f.secure {
		order = append(order, tlsRequest)
	}
	order = append(order, httpRequest)
	order = append(order, f.own...)
	if f.text {
		order = append(order, afterText())
	}
	switch {
	case f.effort == Quick:
		return order
	case f.effort == Normal && f.silent >= 3:
		return append(order, afterSilence()...)
	case f.effort == Normal:
		return append(order, normalOrder()...)
	}
	return append(append(order, normalOrder()...), f.all...)
}

// requests returns the first requests of protocols.
func requests(table []protocol.Protocol, which func(*protocol.Protocol) bool) (names []string) {
	for i := range table {
		p := &table[i]
		if len(p.Requests) > 0 && which(p) && !slices.Contains(names, p.Requests[0].Name) {
			names = append(names, p.Requests[0].Name)
		}
	}
	return names
}

// find returns the protocol and the request of a name.
func find(table []protocol.Protocol, name string) (*protocol.Protocol, *protocol.Request) {
	for i := range table {
		p := &table[i]
		for j := range p.Requests {
			if p.Requests[j].Name == name {
				return p, &p.Requests[j]
			}
		}
	}
	return nil, nil
}

// byApp returns the protocol of an app.
func byApp(table []protocol.Protocol, app string) *protocol.Protocol {
	for i := range table {
		if table[i].App == app {
			return &table[i]
		}
	}
	return nil
}
