package probe

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"portkit/pkg/endpoint"
)

// skipsPerPoll is the maximum number of endpoints settled unprobed between two polls.
const skipsPerPoll = 1024

// presence is whether anything was received from an address. Until then only a sample of
// its endpoints is probed, and the others are held (Options.SkipSilent). Both protocols
// of the address share it. nil: no endpoint is held.
type presence struct {
	received atomic.Bool
	skips    atomic.Bool // its endpoints are settled unprobed
	skipped  atomic.Bool // one was

	mu      sync.Mutex
	drawn   int        // endpoints that were submitted as part of the sample, and not replaced
	pending int        // endpoints of the sample that are not settled
	silent  int        // endpoints of the sample that were concluded silent
	first   Time       // when the first probe was sent; 0: none was
	holders [2]holders // by protocol

	deferred *deferred // endpoints without a job; nil: there are none
}

// holders are the workers, as bits, that hold endpoints of an address.
type holders struct {
	address *address
	workers uint64
}

// draw reports whether the next endpoint that is submitted belongs to the sample: the
// first of an address do, so that they are the same in every run.
func (p *presence) draw(sample int) bool {
	if p == nil || p.received.Load() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn == sample || p.skips.Load() {
		return false
	}
	p.drawn++
	p.pending++
	return true
}

// handling is the next step for an endpoint that is not part of the sample.
type handling uint8

const (
	probeIt   handling = iota
	addIt              // to the sample, in place of one that proved nothing
	holdIt             // until the worker is told to look again
	settledIt          // as silent
)

// handle returns what a worker does with an endpoint of a that it holds.
func (p *presence) handle(o *Options, now Time, a *address, worker int) handling {
	if p.received.Load() {
		return probeIt
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.next(o, now)
	switch next {
	case settledIt:
		p.conclude()
	case addIt:
		p.pending++
	case holdIt:
		h := &p.holders[a.proto]
		h.address, h.workers = a, h.workers|1<<worker
	}
	return next
}

// next returns what is done with an endpoint that is not part of the sample. The mutex is
// held.
func (p *presence) next(o *Options, now Time) handling {
	n := o.SkipSilent
	listened := p.first != 0 && now.Sub(p.first) >= o.Timeout
	switch {
	case p.received.Load():
		return probeIt
	case p.silent >= n && listened:
		return settledIt
	case p.pending < n && (p.pending+p.silent < n || !listened):
		return addIt
	}
	return holdIt
}

// conclude records that the address is silent. The mutex is held.
func (p *presence) conclude() {
	p.skips.Store(true)
	p.deferred.grant(grantAll)
}

// settle removes an endpoint from the sample at a time, and returns the holders that have
// to look again.
func (p *presence) settle(o *Options, now Time, silent bool) [2]holders {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending--
	if silent {
		p.silent++
	}
	switch p.next(o, now) {
	case settledIt:
		p.conclude()
	case addIt:
		p.deferred.grant(o.SkipSilent - p.pending)
	}
	return p.release()
}

// receive records that something was received from the address, and returns the holders
// that have to look again.
func (p *presence) receive() [2]holders {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.received.Store(true)
	p.skips.Store(false)
	p.deferred.grant(grantAll)
	return p.release()
}

// release returns the holders, once. The mutex is held.
func (p *presence) release() (h [2]holders) {
	h, p.holders = p.holders, h
	return h
}

// sent records the first probe of an endpoint, and reports whether it was the first to
// the address.
func (p *presence) sent(at Time) (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if first = p.first == 0; first {
		p.first = at
	}
	return first
}

// skip records that an endpoint is settled unprobed, and reports whether it was the
// first of the address.
func (p *presence) skip() (first bool) {
	return !p.skipped.Load() && p.skipped.CompareAndSwap(false, true)
}

// hold puts a new job, which is not part of the sample, among those held at its address.
func (w *worker) hold(j *Job) {
	a := j.address
	w.start(j)
	j.phase = held
	a.lanes[w.index].held.jobs.pushBack(j)
	w.lookAtHeld(a)
}

// lookAtHeld releases the jobs held at an address as far as that is due.
func (w *worker) lookAtHeld(a *address) {
	q := &a.lanes[w.index].held
	for !q.jobs.empty() {
		j := q.jobs.next.job
		switch a.presence.handle(&w.engine.opts, w.now, a, w.index) {
		case holdIt:
			return
		case settledIt:
			w.skipped.push(q)
			return
		case addIt:
			j.role = roleSample
		}
		j.unlink()
		j.phase = ready
		w.queue(j)
	}
}

// skipSilent settles jobs of addresses that were concluded silent. It returns now if
// there are more.
func (w *worker) skipSilent() Time {
	for n := 0; !w.skipped.empty(); n++ {
		if n == skipsPerPoll {
			return w.now
		}
		q := w.skipped.pop()
		switch {
		case q.jobs.empty():
		case q.address.presence.received.Load():
			w.lookAtHeld(q.address)
		default:
			if q.address.presence.skip() {
				w.counts.SilentHosts.add(1)
			}
			w.settle(q.jobs.next.job, endpoint.HostSilent, w.now)
			w.skipped.push(q)
		}
	}
	return Never
}

// leaveSample removes j from the sample of its address.
func (w *worker) leaveSample(j *Job, silent bool) {
	if j.role == roleSample {
		j.role = roleEndpoint
		w.engine.release(j.address.presence.settle(&w.engine.opts, w.now, silent))
	}
}

// Received records that something was received from an address that may be probed.
// Transports need not report their own replies. Any goroutine may call it.
func (e *Engine) Received(ip netip.Addr) {
	if e.opts.SkipSilent > 0 {
		e.receivedFrom(e.table.presence(ip))
	}
}

func (e *Engine) receivedFrom(p *presence) {
	if p != nil && !p.received.Load() {
		e.release(p.receive())
	}
}

// release makes workers look again at the jobs that they hold.
func (e *Engine) release(all [2]holders) {
	for proto, h := range all {
		for i := range eachWorker(h.workers) {
			e.pools[proto][i].slotFreed(h.address)
		}
	}
}

// isFrom reports whether a reply to j was sent by the address of j. That an address is
// unreachable is reported by others.
func (j *Job) isFrom(a *Reply) bool {
	switch {
	case a.Unresolved || j.Relayed:
		return false
	case a.From.IsValid():
		return true
	}
	return a.Reason != endpoint.HostUnreach && a.Reason != endpoint.NetUnreach
}

// leavesToSystem reports whether j, part of a sample, needs no second probe: the system
// retransmits the first while its socket is open, and a reply to either can be received
// until the timeout. So a dead address costs one socket per endpoint and no more time.
func (w *worker) leavesToSystem(j *Job, v *view) bool {
	repeats := w.engine.opts.Repeats
	return j.role == roleSample && !v.replied && j.address.proto == endpoint.TCP && j.cur.n == 1 &&
		len(repeats) > 0 && repeats[0]+startTimeout <= w.maxTimeout(j) &&
		w.retries(j) < 0 && w.budget(j, v) == 2
}

// echo is an echo request to be sent.
type echo struct {
	address *address
	last    bool
}

// echoPause is the maximum time until a second echo request is sent.
const echoPause = time.Second

// sampled records the first probe of an endpoint in the sample of its address. The first
// of all is followed by an echo request.
func (w *worker) sampled(j *Job) {
	if j.address.presence.sent(j.cur.sent) && w.engine.opts.Echo != nil {
		w.echoes.Push(w.now, echo{address: j.address})
	}
}

// sendEchoes sends the echo requests that are due, as far as the limits allow, and
// returns when more may be sent.
func (w *worker) sendEchoes() Time {
	for w.echoes.Len() > 0 && w.echoes.First() <= w.now {
		if got, next := w.engine.pace.allow(w.now, 1); got == 0 {
			return next
		}
		if _, e := w.echoes.Pop(); !w.needsEcho(e.address) || !w.sendEcho(e) {
			w.engine.pace.cancel()
		}
	}
	if w.echoes.Len() == 0 {
		return Never
	}
	return w.echoes.First()
}

// needsEcho reports whether an echo request to an address may tell something, and is in
// scope.
func (w *worker) needsEcho(a *address) bool {
	o := &w.engine.opts
	// No port list contains port 0: an address of which only some ports may be probed
	// is sent no echo request.
	inScope := o.Allowed == nil || o.Allowed(netip.AddrPortFrom(a.ip, 0), a.proto)
	return inScope && w.end == nil && !a.presence.received.Load() && !a.overdue(o.HostTimeout, w.now)
}

// sendEcho reports whether an echo request was sent. If a limit does not allow it, it is
// sent later.
func (w *worker) sendEcho(e echo) bool {
	ok, begins, next := e.address.rate.allow(w.engine.hostRate, w.now)
	if ok && errors.Is(w.engine.opts.Echo(e.address.ip), ErrBusy) {
		e.address.rate.cancel(w.engine.hostRate, begins)
		ok, next = false, w.now.Add(busyPause)
	}
	if !ok {
		w.echoes.Push(next, e)
		return false
	}
	w.counts.Echoes.add(1)
	if !e.last {
		w.echoes.Push(w.now.Add(min(echoPause, w.engine.opts.Timeout)), echo{e.address, true})
	}
	return true
}
