// Package udp probes UDP ports with requests that the registered service has to answer. A
// reply is a datagram or an ICMP error (RFC 1122 section 4.1.3.1). On Linux Datagram is
// used, in which a few sockets serve all targets; elsewhere the portable transport, with a
// socket for each attempt.
package udp

import (
	"hash/maphash"
	"net/netip"

	"portkit/pkg/payload"
)

// Options configures a transport.
type Options struct {
	// Room is the maximum number of descriptors.
	Room int
	// Source is the source address; the zero Addr leaves it to the routes.
	Source netip.Addr
	// Interface is the name of the network interface; empty leaves it to the routes.
	// Linux only.
	Interface string
	// Sources is shared by the transports of a run; nil if this machine is not probed.
	Sources *SourcePorts
	// Requests returns the requests for a port.
	Requests Requests
}

// Requests returns the requests for a port in the order to send them, at least one. If there
// are several, the last is the empty datagram.
type Requests func(port uint16) []*payload.Request

// Ways returns the number of requests for a port besides the empty datagram, or 0 if there is
// only one: probe.Job's Ways.
func (r Requests) Ways(port uint16) uint8 { return uint8(len(r(port)) - 1) }

// of returns the request of attempt n, counted from 1: each request once, then all but the
// empty datagram again.
func (r Requests) of(port uint16, n uint8) *payload.Request {
	all := r(port)
	if i := int(n) - 1; i < len(all) {
		return all[max(i, 0)]
	}
	return all[(int(n)-1-len(all))%max(len(all)-1, 1)]
}

// tokens generates the secret numbers in requests, by which forged replies are recognized.
type tokens struct{ seed maphash.Seed }

func newTokens() tokens { return tokens{maphash.MakeSeed()} }

// query returns the endpoint and the token for the requests to it.
func (t tokens) query(to netip.AddrPort) payload.Query {
	return payload.Query{To: to, Token: maphash.Comparable(t.seed, to)}
}
