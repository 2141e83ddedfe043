package identify

import (
	"net/netip"
	"sync"
	"time"
)

// acceptsAllAfter is the number of endpoints of an address that were silent to the whole
// plan after which its other endpoints are tried briefly. Of ports that are only listened
// to, after as many without a greeting the others are listened to briefly.
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
	nothing int           // endpoints that accepted a connection and were silent to the whole plan
	quiet   int           // endpoints that were only listened to, and did not greet
	greeted time.Duration // the longest time that a service took to greet
	bucket  *limiter
}

// heard records how long a service took to greet.
func (a *address) heard(after time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.greeted = max(a.greeted, after)
}

// slowest returns the longest time that a service took to greet.
func (a *address) slowest() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.greeted
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

// silent counts an endpoint from which nothing was received.
func (a *address) silent() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.nothing++
}

// noGreeting counts an endpoint that was only listened to, and did not greet.
func (a *address) noGreeting() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.quiet++
}

// isQuiet reports whether further endpoints that are only listened to are unlikely to
// greet.
func (a *address) isQuiet() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.quiet >= acceptsAllAfter
}

// limiter returns the limit of connections to the address.
func (a *address) limiter(perSecond float64) *limiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.bucket == nil {
		a.bucket = newLimiter(perSecond)
	}
	return a.bucket
}
