package probe

import (
	"math"
	"net/netip"
	"sync"

	"portkit/pkg/endpoint"
)

// Placement tells how an endpoint without a job is processed.
type Placement uint8

const (
	// NeedsJob is the placement of an endpoint that has to be submitted.
	NeedsJob Placement = iota
	// Skipped is that of an endpoint that is settled without a probe, as HostSilent. It
	// has been counted.
	Skipped
	// Deferred is that of an endpoint that Engine.NextDeferred returns once the sample of
	// its address has decided.
	Deferred
)

// Placed are ports of an address with the same placement.
type Placed struct {
	Addr      netip.Addr
	Proto     endpoint.Proto
	Ports     []uint16
	Placement Placement // NeedsJob or Skipped
	// Reason, if not 0, is that for which the run was stopped, with its error. The
	// endpoints need no job then: this is their result.
	Reason endpoint.Reason
	Err    error
}

// Place returns the placement of an endpoint before there is a job for it, with
// Options.SkipSilent. In a mostly dead network most endpoints are skipped, and until that
// is known deferred, if mayDefer is set: two bytes for each are enough. Only one goroutine
// at a time may call it.
func (e *Engine) Place(to netip.AddrPort, proto endpoint.Proto, mayDefer bool) Placement {
	if e.opts.SkipSilent == 0 || e.stopped.Load() != nil {
		return NeedsJob
	}
	p := e.placed.seen(e.table, to.Addr(), proto)
	if p == nil || p.received.Load() {
		return NeedsJob
	}
	if !p.skips.Load() {
		if mayDefer && p.putOff(e, to, proto) {
			return Deferred
		}
		return NeedsJob
	}
	e.skipped.skip(p, proto, 1)
	return Skipped
}

// skip counts endpoints of an address that are settled without a job.
func (c *Counts) skip(p *presence, proto endpoint.Proto, n int) {
	if p.skip() {
		c.SilentHosts.add(1)
	}
	c.Settled[endpoint.HostSilent.State(proto)].add(int64(n))
}

// deferrals are the addresses with deferred endpoints.
type deferrals struct {
	mu     sync.Mutex
	change sync.Cond
	all    map[*deferred]struct{}
	ready  []*deferred // those with endpoints to return, each once
	ended  bool        // no endpoint is deferred any more
	taken  *deferred   // address of the endpoints returned last; NextDeferred's own
	counts Counts
}

// deferred are the deferred endpoints of an address, in their order. The mutex of its
// presence guards it.
type deferred struct {
	engine   *Engine
	presence *presence
	ip       netip.Addr
	ports    [2]portQueue // by protocol
	granted  int          // number of endpoints that may be returned
	ready    bool         // it is among those
}

// putOff defers an endpoint if the sample of its address is complete and not settled: its
// end will decide on the endpoint. presence.next might add the endpoint to the sample
// already, but when those of the sample are settled, others are granted in their place.
func (p *presence) putOff(e *Engine, to netip.AddrPort, proto endpoint.Proto) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.received.Load() || p.skips.Load() || p.pending == 0 || p.pending+p.silent < e.opts.SkipSilent {
		return false
	}
	if p.deferred == nil {
		p.deferred = &deferred{engine: e, presence: p, ip: to.Addr()}
		e.deferrals.add(p.deferred)
	}
	p.deferred.ports[proto].push(to.Port())
	return true
}

// add adds an address. If the run was stopped meanwhile, its endpoints are returned.
func (d *deferrals) add(x *deferred) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all == nil {
		d.all = map[*deferred]struct{}{}
	}
	d.all[x] = struct{}{}
	d.change.Broadcast()
}

// grant lets up to n endpoints be returned. The mutex of the presence is held. d may be
// nil.
func (d *deferred) grant(n int) {
	if d == nil {
		return
	}
	if d.granted = n; d.ready {
		return
	}
	d.ready = true
	all := &d.engine.deferrals
	all.mu.Lock()
	defer all.mu.Unlock()
	all.ready = append(all.ready, d)
	all.change.Broadcast()
}

// grantAll is a grant of all endpoints.
const grantAll = math.MaxInt

// grantOthers lets all endpoints be returned if none of those returned last became part
// of the sample, so that nothing else would decide on them: the caller did not submit
// any, or the table had evicted the address before. d may be nil.
func (d *deferred) grantOthers() {
	if d == nil {
		return
	}
	p := d.presence
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pending == 0 && p.deferred == d && !d.ready {
		d.grant(grantAll)
	}
}

// NextDeferred waits until the sample of an address has decided on deferred endpoints, and
// returns up to len(ports) of them, in ports. It returns false after EndDeferring when none
// are left. Those returned last have been submitted or settled then. Only one goroutine at
// a time may call it.
func (e *Engine) NextDeferred(ports []uint16) (Placed, bool) {
	for {
		e.deferrals.taken.grantOthers()
		d := e.deferrals.next(e)
		if e.deferrals.taken = d; d == nil {
			return Placed{}, false
		}
		if p := d.take(ports, e.stopped.Load()); len(p.Ports) > 0 {
			if p.Placement == Skipped {
				e.deferrals.counts.skip(d.presence, p.Proto, len(p.Ports))
			}
			return p, true
		}
	}
}

// next waits for an address that has endpoints to return. It returns nil if none are left.
func (d *deferrals) next(e *Engine) *deferred {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		if len(d.ready) > 0 {
			x := d.ready[0]
			d.ready = d.ready[1:]
			return x
		}
		if e.stopped.Load() != nil {
			for x := range d.all {
				return x
			}
		}
		if d.ended && len(d.all) == 0 {
			return nil
		}
		d.change.Wait()
	}
}

// take removes endpoints of one protocol as far as that is granted. The address gets its
// turn again if there are more.
func (d *deferred) take(ports []uint16, stopped *stop) (p Placed) {
	d.presence.mu.Lock()
	defer d.presence.mu.Unlock()
	p.Addr = d.ip
	d.ready = false
	switch {
	case stopped != nil:
		d.granted, p.Reason, p.Err = grantAll, stopped.reason, stopped.err
	case d.presence.received.Load():
		d.granted = grantAll
	case d.presence.skips.Load():
		d.granted, p.Placement = grantAll, Skipped
	}
	if d.ports[endpoint.TCP].empty() {
		p.Proto = endpoint.UDP
	}
	q := &d.ports[p.Proto]
	p.Ports = q.take(ports[:0], min(len(ports), d.granted))
	d.granted -= len(p.Ports)
	d.presence.drawn = max(d.presence.drawn-len(p.Ports), 0) // these replace others in the sample
	switch {
	case d.ports[endpoint.TCP].empty() && d.ports[endpoint.UDP].empty():
		d.presence.deferred = nil
		d.engine.deferrals.remove(d)
	case d.granted > 0:
		d.grant(d.granted)
	}
	return p
}

func (d *deferrals) remove(x *deferred) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.all, x)
}

// wake makes next look again.
func (d *deferrals) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.change.Broadcast()
}

// EndDeferring declares that Place is not called any more.
func (e *Engine) EndDeferring() {
	e.deferrals.mu.Lock()
	defer e.deferrals.mu.Unlock()
	e.deferrals.ended = true
	e.deferrals.change.Broadcast()
}

// portQueue is a queue of ports in little memory.
type portQueue struct {
	first, last *portChunk
	taken       int // of the first chunk
}

// portChunk is a part of a portQueue. It has 128 bytes.
type portChunk struct {
	next  *portChunk
	n     uint16
	ports [59]uint16
}

func (q *portQueue) empty() bool { return q.first == nil }

func (q *portQueue) push(port uint16) {
	switch {
	case q.first == nil:
		q.first = &portChunk{}
		q.last = q.first
	case int(q.last.n) == len(q.last.ports):
		q.last.next = &portChunk{}
		q.last = q.last.next
	}
	q.last.ports[q.last.n] = port
	q.last.n++
}

// take removes up to n ports and appends them to dst.
func (q *portQueue) take(dst []uint16, n int) []uint16 {
	for n > 0 && q.first != nil {
		c := q.first
		some := c.ports[q.taken:c.n]
		some = some[:min(n, len(some))]
		dst = append(dst, some...)
		n -= len(some)
		if q.taken += len(some); q.taken == int(c.n) {
			q.first, q.taken = c.next, 0
		}
	}
	return dst
}
