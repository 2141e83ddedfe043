// Package udp asks udp ports by sending them what their registered service must
// answer. A datagram back is an answer; so is what ICMP says (RFC 1122 section
// 4.1.3.1). Linux has a transport of its own, in which a few sockets serve every
// target; everywhere else the portable one has a socket for each attempt.
package udp

import (
	"hash/maphash"
	"net/netip"

	"portkit/pkg/payload"
)

// Options says how to ask.
type Options struct {
	// Room is how many descriptors may be in use at once.
	Room int
	// Source is the address to ask from; the zero Addr leaves the choice to
	// the routes.
	Source netip.Addr
	// Interface is the name of the network interface to ask through; empty
	// leaves the choice to the routes. Linux only.
	Interface string
	// Own is shared by the transports of a run; nil where this machine itself is
	// never asked.
	Own *Ports
	// Requests are what a port is sent, in turn.
	Requests Requests
}

// Requests says what is sent to a port, in the order to try: never none. Where
// there is more than one, the last is the empty datagram.
type Requests func(port uint16) []*payload.Request

// Ways is how many requests a port has beside the empty datagram, where it has
// more than one: probe.Job's Ways.
func (r Requests) Ways(port uint16) uint8 { return uint8(len(r(port)) - 1) }

// of is what attempt n, counted from 1, sends to a port: each request once, the
// empty datagram last, and then the others again.
func (r Requests) of(port uint16, n uint8) *payload.Request {
	all := r(port)
	if i := int(n) - 1; i < len(all) {
		return all[max(i, 0)]
	}
	return all[(int(n)-1-len(all))%max(len(all)-1, 1)]
}

// tokens makes the numbers that requests carry, so that an answer can be told
// from a forged one.
type tokens struct{ seed maphash.Seed }

func newTokens() tokens { return tokens{maphash.MakeSeed()} }

// query is what attempts at an endpoint are built for.
func (t tokens) query(to netip.AddrPort) payload.Query {
	return payload.Query{To: to, Token: maphash.Comparable(t.seed, to)}
}
