package simnet

import (
	"net/netip"
	"sync"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// Firewall blocks the scanner at an address that has received enough probes, as an
// intrusion detection system does. It counts the probes of all Transports that have
// it in their Config. Its methods may be called concurrently.
type Firewall struct {
	// After returns the number of probes that an address receives before it blocks; 0:
	// it never does. Echo requests do not count.
	After func(netip.Addr) int
	// Duration is how long an address blocks, once; 0: for good. Where the clocks of
	// several Transports differ, it begins on the clock of the one that sent the
	// first probe too many.
	Duration time.Duration
	// Drops, if not nil, reports whether replies of a kind are dropped; 0 is an echo
	// reply. nil: all are.
	Drops func(endpoint.Reason) bool

	mu    sync.Mutex
	hosts map[netip.Addr]*blocking
}

// blocking is the state of one address in a Firewall.
type blocking struct {
	probes  int        // received before it blocks
	blocked probe.Time // since when; 0: it does not block yet
}

// lostAfter is the number of probes after which a lost address stops replying.
const lostAfter = 100

// losing returns the firewall of the lost addresses.
func (c Config) losing() *Firewall {
	return &Firewall{After: func(ip netip.Addr) int {
		if c.roll(ip, lostAddress) < c.Lost {
			return lostAfter
		}
		return 0
	}}
}

// count counts a probe of an address. It reports whether it is dropped, if it would be
// replied to with r.
func (f *Firewall) count(ip netip.Addr, now probe.Time, r endpoint.Reason) bool {
	if f == nil {
		return false
	}
	after := f.After(ip)
	if after == 0 {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.hosts[ip]
	if h == nil {
		h = &blocking{}
		if f.hosts == nil {
			f.hosts = map[netip.Addr]*blocking{}
		}
		f.hosts[ip] = h
	}
	switch {
	case h.probes < after:
		h.probes++
	case h.blocked == 0:
		h.blocked = now
	}
	return f.drops(h, now, r)
}

// dropsEcho reports whether an echo request is dropped.
func (f *Firewall) dropsEcho(ip netip.Addr, now probe.Time) bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.hosts[ip]
	return h != nil && f.drops(h, now, 0)
}

func (f *Firewall) drops(h *blocking, now probe.Time, r endpoint.Reason) bool {
	return h.blocked != 0 && (f.Duration == 0 || now.Sub(h.blocked) < f.Duration) &&
		(f.Drops == nil || f.Drops(r))
}
