package identify

import (
	"net/netip"
	"sync"
)

// acceptsAllAfter is the number of endpoints of an address that were silent to the whole
// plan after which its other endpoints are tried briefly.
const acceptsAllAfter = 16

// maxAddresses is the number of addresses that are remembered.
const maxAddresses = 262_144

// addresses contains the state of each address, shared by its sessions.
type addresses struct {
	mu sync.Mutex
	by map[netip.Addr]*address
}

func newAddresses() *addresses { return &addresses{by: map[netip.Addr]*address{}} }

// get returns what is known of an address. If too many are known, any other is
// forgotten.
func (a *addresses) get(addr netip.Addr) *address {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.by[addr]
	if known == nil {
		if len(a.by) >= maxAddresses {
			for other := range a.by {
				delete(a.by, other)
				break
			}
		}
		known = &address{}
		a.by[addr] = known
	}
	return known
}

// address is the state of an address.
type address struct {
	mu      sync.Mutex
	nothing int // endpoints that accepted a connection and were silent to the whole plan
	bucket  bucket
}

// acceptsAll reports whether the address seems to accept connections to any port without
// a service behind it.
func (a *address) acceptsAll() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.nothing >= acceptsAllAfter
}

// HostConcurrency returns how many endpoints of an address may be identified at once, if
// that is usually n: more where nothing is behind most ports.
func (e *Engine) HostConcurrency(addr netip.Addr, n int) int {
	if e.addresses.get(addr).acceptsAll() {
		return max(n, 64)
	}
	return n
}

// silent reports whether an endpoint counts as one behind which nothing is, after a
// short silence.
func (a *address) silent(s *session) bool {
	return a.acceptsAll() && !s.exempt() && s.first == nil && !s.closed && !s.reset && !s.facts.secure
}

// count counts the endpoint if nothing was received from it.
func (a *address) count(s *session) {
	if s.Evidence != silentEvidence {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.nothing++
}

// exempt reports whether an endpoint keeps the full plan at an address that accepts all:
// its protocol greets, or it is a common port.
func (s *session) exempt() bool {
	return s.greets > 0 || s.Common != nil && s.Common(s.Addr.Port())
}

// The evidence of endpoints without an app.
const (
	silentEvidence     = "silent"
	acceptsAllEvidence = "accepts-all"
)

// conclude sets the evidence of an endpoint that was not recognized.
func (s *session) conclude() {
	switch {
	case s.TLS != nil:
		s.Evidence = "tls"
	case s.first != nil:
		s.Evidence, s.Banner = "unrecognized", s.first
	case s.zero:
		s.Evidence = "zero-window"
	case s.noAck >= 2:
		s.Evidence = "no-ack"
	case s.reset:
		s.Evidence = "reset"
	case s.closed:
		s.Evidence = "closed"
	case s.address.silent(s):
		s.Evidence = acceptsAllEvidence
	default:
		s.Evidence = silentEvidence
	}
}

// maxBanner is the number of first bytes kept.
const maxBanner = 1024
