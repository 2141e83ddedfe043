// Package simnet is a transport over a simulated network. Nothing leaves the
// process. Its clock is virtual unless Config.Real is set: a Poll without replies
// moves the clock to the next event. Every reply depends on the seed, the endpoint
// and the number of the attempt alone, so that runs can be repeated.
package simnet

import (
	"encoding/binary"
	"hash/fnv"
	"io"
	"math/bits"
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// Config describes a network.
type Config struct {
	// RTT is the round-trip time. A random time up to Jitter is added to each.
	RTT, Jitter time.Duration
	// Loss is the probability that a packet is lost, in each direction.
	Loss float64
	// Open and Silent are the fractions of ports that are open and that never
	// reply. The others are closed.
	Open, Silent float64
	// Dead is the fraction of addresses from which nothing is ever received.
	Dead float64
	// Lost is the fraction of addresses that stop replying for good, after 100 probes
	// from one Transport. It replaces Firewall.
	Lost float64
	// Limit is the maximum number of rejections that an address sends per second;
	// 0: no limit.
	Limit int
	// Burst is how many rejections it can send at once; 0: an eighth of Limit.
	// (Linux sends one ICMP error per second to an address, in bursts of six.)
	Burst int
	// Limiter, if not nil, returns the machine whose limit applies to an address.
	// Several addresses may share one. nil: each address has its own.
	Limiter func(netip.Addr) netip.Addr
	// Seed selects the network: the same seed gives the same replies.
	Seed uint64
	// Real makes the clock run in real time, from Began on; the zero Began is when
	// New was called. The workers of one Engine need a common Began.
	Real  bool
	Began time.Time

	// Port, if not nil, returns the reply of an endpoint, in place of Open and
	// Silent; 0 for none.
	Port func(netip.AddrPort, endpoint.Proto) endpoint.Reason
	// Sender, if not nil, returns the sender of ICMP errors about an endpoint; the
	// zero Addr is the endpoint itself.
	Sender func(netip.AddrPort) netip.Addr
	// TooBig, if not nil, reports whether the reply to an attempt is an ICMP error
	// about the packet.
	TooBig func(*probe.Attempt) bool
	// Delay, if not nil, is added to the round trips of an endpoint.
	Delay func(netip.AddrPort) time.Duration
	// FromOtherPort, if not nil, reports whether an endpoint replies from a port that
	// was not probed. Only an exclusive attempt can be matched with such a reply.
	FromOtherPort func(netip.AddrPort) bool
	// Failed, if not nil, reports whether an endpoint has stopped replying at a time.
	Failed func(netip.AddrPort, probe.Time) bool
	// Firewall, if not nil, drops packets. The workers of one Engine share it.
	Firewall *Firewall
	// Blackout, if not nil, reports whether packets to and from an address are lost
	// at a time.
	Blackout func(netip.Addr, probe.Time) bool
	// Echo, if not nil, reports whether an address that is not dead replies to echo
	// requests; nil: all do.
	Echo func(netip.Addr) bool
	// Unresolved, if not nil, reports whether an address is on-link and unused. The
	// system reports that after three seconds.
	Unresolved func(netip.Addr) bool
	// Duplicate, if set, is after how long every reply is delivered again.
	Duplicate time.Duration
	// SendError, if not nil, returns the error of sending an attempt.
	SendError func(*probe.Attempt) error
}

// replyOf returns the reply to an attempt; 0 for none.
func (c *Config) replyOf(a *probe.Attempt) endpoint.Reason {
	if c.isDead(a.To.Addr()) {
		return 0
	}
	if c.TooBig != nil && c.TooBig(a) {
		return endpoint.LocalError
	}
	if c.Port != nil {
		return c.Port(a.To, a.Proto)
	}
	f := fraction(c.hash(a.To, uint64(a.Proto)))
	switch {
	case f < c.Open && a.Proto == endpoint.UDP:
		return endpoint.UDPResponse
	case f < c.Open:
		return endpoint.SynAck
	case f < c.Open+c.Silent:
		return 0
	case a.Proto == endpoint.UDP:
		return endpoint.PortUnreach
	}
	return endpoint.ConnRefused
}

// sender returns the sender of the reply to an attempt.
func (c *Config) sender(a *probe.Attempt, r endpoint.Reason) netip.Addr {
	switch r {
	case endpoint.SynAck, endpoint.UDPResponse, endpoint.ConnRefused, endpoint.Reset:
		return a.To.Addr()
	}
	if c.Sender != nil {
		if from := c.Sender(a.To); from.IsValid() {
			return from
		}
	}
	return a.To.Addr()
}

// Uses of random numbers: each use of an attempt has a number of its own.
const (
	probeLoss = iota + 2
	replyLoss
	jitter
	// Uses of an address, at port 0.
	deadAddress
	lostAddress
)

// random returns the number from 0 to 1 of an attempt for a use.
func (c *Config) random(a *probe.Attempt, use uint64) float64 {
	return fraction(c.hash(a.To, uint64(a.N)<<8|use))
}

// isDead reports whether nothing is received from an address.
func (c *Config) isDead(ip netip.Addr) bool { return c.Dead > 0 && c.roll(ip, deadAddress) < c.Dead }

// roll returns the number from 0 to 1 of an address for a use.
func (c *Config) roll(ip netip.Addr, use uint64) float64 {
	return fraction(c.hash(netip.AddrPortFrom(ip, 0), use))
}

// hash mixes the seed, an endpoint and a use.
func (c *Config) hash(to netip.AddrPort, use uint64) uint64 {
	ip := to.Addr().As16()
	h := c.Seed ^ 0x9e3779b97f4a7c15
	for _, w := range [...]uint64{
		binary.BigEndian.Uint64(ip[:8]), binary.BigEndian.Uint64(ip[8:]),
		uint64(to.Port())<<32 | use,
	} {
		hi, lo := bits.Mul64(h^w, 0xd6e8feb86659fd93)
		h = hi ^ lo ^ h>>29
	}
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// fraction maps a hash to a number from 0 to 1.
func fraction(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// Resolve returns an address for a name, always the same one, from a prefix for
// benchmarks: 198.18.0.0/15 (RFC 2544) or 2001:2::/48 (RFC 5180).
func Resolve(name string, v6 bool) netip.Addr {
	f := fnv.New64a()
	io.WriteString(f, name)
	h := f.Sum64()
	if v6 {
		ip := [16]byte{0x20, 0x01, 0x00, 0x02}
		binary.BigEndian.PutUint64(ip[8:], h|1)
		return netip.AddrFrom16(ip)
	}
	h ^= h >> 32
	return netip.AddrFrom4([4]byte{198, 18 | byte(h>>16&1), byte(h >> 8), byte(h)})
}
