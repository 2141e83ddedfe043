package probe

import (
	"time"

	"portkit/pkg/endpoint"
)

const (
	// linkWindow is how many endpoints may wait at an address on a link of
	// this machine's that was not heard from yet. The kernel holds what is sent
	// there until the address is resolved, and has room for few unresolved ones
	// (gc_thresh3, arp(7)). If nobody has it, each packet held is told of by an
	// ICMP message over loopback, and many at once overflow that
	// (net.core.netdev_max_backlog): so they are few, and wait for the word.
	linkWindow = 2
	// linkPatience is how long a system asks for an address before it says that
	// nobody has it: three tries, a second apart (mcast_solicit, arp(7);
	// RFC 4861 section 10).
	linkPatience = 4 * time.Second
	// linkSearch is the least time that takes. What comes sooner is a firewall's
	// word.
	linkSearch = 500 * time.Millisecond
	// nobodyFor is how long that is believed. RFC 4861 section 10 takes a
	// neighbor to be there for as long.
	nobodyFor = 30 * time.Second
)

// onLink is what is kept of an address on a link of this machine's.
type onLink struct {
	is    bool // and may still be looked for
	own   bool // it is a neighbor
	first Time // when it was first sent to
}

func (l *onLink) sent(now Time) {
	if l.first == 0 {
		l.first = now
	}
}

// unsent takes back what sent noted at now, where that was not sent after all and
// nothing else was: the time until it is cannot be the system's search.
func (a *address) unsent(now Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.link.first == now && a.window.inFlight <= 1 {
		a.link.first = 0
	}
}

// mayGrow says that more endpoints may wait at the address though it is silent:
// it is further away, it was heard, or it would have been found to be nobody's.
func (l *onLink) mayGrow(now Time, heard bool) bool {
	return !l.is || heard || now.Sub(l.first) > linkPatience
}

// markUnresolved notes that the system could not resolve an address on its link:
// what waits for it need not be asked one by one.
func (a *address) markUnresolved(now Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.link.is && now.Sub(a.link.first) >= linkSearch {
		a.nobody = now.Add(nobodyFor)
	}
}

// Neighbor is what the system knows of an address on a link.
type Neighbor uint8

// The states of a neighbor (RFC 4861 section 5.1).
const (
	NeighborUnknown Neighbor = iota
	NeighborSought           // a search is under way
	NeighborMissing          // a search has failed
	NeighborFound
)

// neighbor returns what is known of the neighbor that j probes.
func (e *Engine) neighbor(j *Job) Neighbor {
	switch {
	case j.cur.resolved:
		return NeighborFound
	case e.opts.Neighbor != nil:
		return e.opts.Neighbor(j.To.Addr())
	}
	return NeighborUnknown
}

// sought handles the timeout of j, whose address is on a link and was never heard.
// The system's search decides, since it may report only some of the probes that
// waited for it. sought reports whether j is dealt with.
func (w *worker) sought(j *Job, v *view) bool {
	switch n := w.engine.neighbor(j); {
	case n == NeighborFound:
		j.address.markResolved()
		v.looking = false
	case n == NeighborSought && v.looking:
		j.extended = true
		w.wheel.add(j, w.now.Add(minSilence/4))
		return true
	case n != NeighborUnknown:
		j.address.markUnresolved(w.now)
		w.settle(j, endpoint.HostUnreach, w.now)
		return true
	}
	return false
}

// markResolved notes that somebody has the address: it may be asked like one that is
// further away.
func (a *address) markResolved() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.link.is {
		a.link.is = false
		a.window.size = max(a.window.size, min(startWindow, a.window.most))
	}
}
