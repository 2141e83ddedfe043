package identify

import (
	"slices"
	"time"

	"portkit/pkg/identify/protocol"
)

// tlsRequest is the name of a ClientHello.
const tlsRequest = "tls"

// httpRequest is the name of the request that HTTP servers are sent.
const httpRequest = "http"

// afterText returns the request that servers of text understand or refuse in words.
func afterText() string { return "memcached" }

// afterSilence returns the requests that are still sent at normal effort when three
// requests had no reply: DNS and SMB servers ignore whatever is not for them.
func afterSilence() []string { return []string{"dns", "smb"} }

// plan decides what is sent to an endpoint. It does not change.
type plan struct {
	effort Effort
	all    []string      // the first requests of all protocols that are tried
	own    []string      // requests of the own protocols
	tls    bool          // an own protocol is customarily inside TLS at the port
	greets time.Duration // the longest that an own protocol may take to greet
	quiet  bool          // the port is only listened to
	shared bool          // and other services than its own are often there
}

// newPlan returns the plan for a TCP port.
func newPlan(e *Engine, port uint16) plan {
	p := plan{effort: e.Effort, all: e.requests, quiet: e.Quiet(port)}
	if p.quiet {
		r, _ := quietRange(port)
		p.shared = r.Shared
	}
	p.own = requests(e.table, func(own *protocol.Protocol) bool {
		if !own.At(port) {
			return false
		}
		p.greets = max(p.greets, own.Greets)
		p.tls = p.tls || slices.Contains(own.TLSPorts, port)
		return true
	})
	return p
}

// next returns the name of the next request; empty if there is none.
func (p *plan) next(v *evidence) string {
	if p.effort == Quick && len(v.trials) >= 2 || v.stuck() {
		return ""
	}
	first := slices.Clone(v.hints)
	if !v.secure {
		first = append(first, tlsRequest)
	}
	first = append(append(first, httpRequest), p.own...)
	if v.text {
		first = append(first, afterText())
	}
	name := p.unsent(v, first)
	switch {
	case name != "" || p.effort == Quick:
		return name
	case p.effort == Normal && v.count(reactSilence) >= 3:
		return p.unsent(v, afterSilence())
	}
	if name = p.unsent(v, v.likely()); name == "" && p.effort == Thorough {
		name = p.unsent(v, p.all)
	}
	return name
}

// unsent returns the first request that was not sent; empty if there is none.
func (p *plan) unsent(v *evidence, names []string) string {
	for _, name := range names {
		if !v.sent(name) && (name == tlsRequest || slices.Contains(p.all, name)) {
			return name
		}
	}
	return ""
}

// requests returns the first requests of protocols.
func requests(table []protocol.Protocol, which func(*protocol.Protocol) bool) (names []string) {
	for i := range table {
		p := &table[i]
		if which(p) && len(p.Requests) > 0 && !slices.Contains(names, p.Requests[0].Name) {
			names = append(names, p.Requests[0].Name)
		}
	}
	return names
}

// find returns the request of a name.
func find(table []protocol.Protocol, name string) *protocol.Request {
	for i := range table {
		for j := range table[i].Requests {
			if q := &table[i].Requests[j]; q.Name == name {
				return q
			}
		}
	}
	return nil
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
