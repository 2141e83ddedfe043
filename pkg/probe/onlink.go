package probe

import "time"

const (
	// linkWindow is the window of an on-link address that has not replied yet. The
	// kernel queues packets until the address is resolved, and has room for few
	// unresolved ones (gc_thresh3, arp(7)). For an address that does not exist it
	// reports each queued packet by an ICMP message over loopback, and many at once
	// overflow that (net.core.netdev_max_backlog).
	linkWindow = 2
	// linkPatience is how long a system tries to resolve an address: three times, a
	// second apart (mcast_solicit, arp(7); RFC 4861 section 10).
	linkPatience = 4 * time.Second
	// linkSearch is the minimum time of that. A report that comes sooner is that of a
	// firewall.
	linkSearch = 500 * time.Millisecond
	// unresolvedFor is how long a failed resolution is not repeated: as long as
	// RFC 4861 section 10 considers a neighbor reachable.
	unresolvedFor = 30 * time.Second
)

// onLink is the state of an address on one of this machine's links.
type onLink struct {
	is    bool // on-link, and not known to be resolved
	own   bool // on-link
	first Time // when its first probe was sent; 0: none was
}

// sent records a probe. It reports whether it was the first.
func (l *onLink) sent(now Time) (first bool) {
	if first = l.first == 0; first {
		l.first = now
	}
	return first
}

// unsent takes back the first probe unless another is outstanding: address resolution
// starts with the first packet.
func (l *onLink) unsent(outstanding int) {
	if outstanding == 0 {
		l.first = 0
	}
}

// mayGrow reports whether the window of the address may grow although it does not
// reply: it is not on-link, has replied, or its resolution would have failed by now.
func (l *onLink) mayGrow(now Time, replied bool) bool {
	return !l.is || replied || now.Sub(l.first) > linkPatience
}

// markUnresolved records that the system could not resolve the address: its other
// endpoints need no probe.
func (a *address) markUnresolved(now Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.link.is && now.Sub(a.link.first) >= linkSearch {
		a.unresolved = now.Add(unresolvedFor)
	}
}

// markResolved records that the address exists on its link.
func (a *address) markResolved() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.link.is {
		a.link.is = false
		a.window.size = max(a.window.size, min(startWindow, a.window.most))
	}
}

// Neighbor is the state of an on-link address in the system.
type Neighbor uint8

// The states of a neighbor (RFC 4861 section 5.1).
const (
	NeighborUnknown Neighbor = iota
	NeighborSought           // being resolved
	NeighborMissing          // resolution has failed
	NeighborFound
)

// lookUpNeighbor adds to f what the system knows of the neighbor that j probes, an
// address that never replied. It may report only some of the probes that waited for a
// resolution that failed, so that the others time out.
func (w *worker) lookUpNeighbor(j *Job, f *facts) {
	switch {
	case j.cur.resolved:
		f.neighbor = NeighborFound
	case w.engine.opts.Neighbor != nil:
		f.neighbor = w.engine.opts.Neighbor(j.To.Addr())
	}
	if f.neighbor == NeighborFound {
		j.address.markResolved()
		w.engine.receivedFrom(j.address.presence)
		f.resolving = false
	}
}

// resolveNeighbor looks up the link-layer address of an on-link address, by which it
// may share an ICMP limit. It calls the system, so no mutex may be held.
func (w *worker) resolveNeighbor(a *address) {
	find := w.engine.opts.LinkLayer
	if find == nil || !a.lacksNeighbor() {
		return
	}
	if n := find(a.ip); n != "" {
		a.mu.Lock()
		a.neighbor = n
		a.mu.Unlock()
	}
}

// lacksNeighbor reports whether the address is on-link and its link-layer address is
// not known yet.
func (a *address) lacksNeighbor() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.groups != nil && a.link.own && a.neighbor == ""
}
