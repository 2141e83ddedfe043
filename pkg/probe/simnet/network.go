// Package simnet is a transport over a simulated network. Nothing leaves the
// process. Its clock is virtual, unless told otherwise: when there is nothing
// to hear yet, waiting moves the clock. Every answer follows from the seed, the
// endpoint and the number of the attempt, so that runs can be repeated.
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

// Config is a simulated network.
type Config struct {
	// RTT is the round trip; up to Jitter is added to each.
	RTT, Jitter time.Duration
	// Loss is the part of the packets lost, each way by itself.
	Loss float64
	// Open and Silent are the parts of the ports that accept and that never
	// answer; the others refuse.
	Open, Silent float64
	// Limit is how many refusals an address sends a second; 0 is no limit.
	Limit int
	// Burst is how many it sends at once after a rest; 0 is an eighth of a
	// second's. (Linux sends one ICMP error a second to an address, and six
	// after a rest.)
	Burst int
	// Limiter, if not nil, returns the machine whose limit the refusals of an
	// address count against, which may be one for many addresses. nil: each
	// address has its own.
	Limiter func(netip.Addr) netip.Addr
	// Seed makes another network.
	Seed uint64
	// Real paces the clock like the world's. Began is when it began; zero: with
	// New. Workers of one Engine need a common one.
	Real  bool
	Began time.Time

	// Port, if not nil, says what an endpoint answers instead of Open and
	// Silent: a Reason, 0 for silence.
	Port func(netip.AddrPort, endpoint.Proto) endpoint.Reason
	// Sender, if not nil, returns who sends the ICMP errors about an endpoint; the
	// zero Addr is the endpoint's own address.
	Sender func(netip.AddrPort) netip.Addr
	// TooBig, if not nil, reports whether an attempt is answered by an ICMP error
	// about the packet.
	TooBig func(*probe.Attempt) bool
	// Delay, if not nil, is added to the round trips of an endpoint.
	Delay func(netip.AddrPort) time.Duration
	// Elsewhere, if not nil, says which endpoints answer from another port than
	// the one that was asked. An attempt that is not alone cannot be told by
	// that.
	Elsewhere func(netip.AddrPort) bool
	// Dark, if not nil, says whether packets to and from an address are lost
	// at a time.
	Dark func(netip.Addr, probe.Time) bool
	// Nobody, if not nil, says which addresses of the own link nobody has, which
	// the system finds out after three seconds.
	Nobody func(netip.Addr) bool
	// Twice, if set, delivers every answer a second time after that.
	Twice time.Duration
	// Trouble, if not nil, is what this machine reports instead of sending.
	Trouble func(*probe.Attempt) error
}

// answer is what an endpoint answers; 0 for silence.
func (c *Config) answer(a *probe.Attempt) endpoint.Reason {
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

// sender returns who sends the reply to an attempt.
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

// Draws that one attempt needs, each of its own.
const (
	lossThere = iota + 2
	lossBack
	jitter
)

// draw is a number from 0 to 1 that belongs to one attempt and one use.
func (c *Config) draw(a *probe.Attempt, use uint64) float64 {
	return fraction(c.hash(a.To, uint64(a.N)<<8|use))
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

func fraction(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// Resolve makes up an address for a name, always the same one: from
// 198.18.0.0/15 (RFC 2544, for benchmarks) or, for IPv6, from 2001:2::/48
// (RFC 5180).
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
