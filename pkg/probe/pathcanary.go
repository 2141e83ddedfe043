package probe

import (
	"net/netip"

	"portkit/pkg/endpoint"
)

// maxPathVoid is the number of probes of an endpoint from which on a blocked path does
// not make its timeouts void.
const maxPathVoid = 128

// minPathDescriptors is the number of descriptors of a worker below which it does not
// share them with canaries of the run.
const minPathDescriptors = 128

// pathSent counts probes of one protocol.
type pathSent struct {
	all     int
	unheard bool // one of them was sent to an address that never replied
}

func (s *pathSent) add(heard bool) {
	s.all++
	s.unheard = s.unheard || !heard
}

// eachPath calls do with the paths of the protocols that w probes.
func (w *worker) eachPath(do func(endpoint.Proto, *path)) {
	for proto, pool := range w.engine.pools {
		if w.index < len(pool) && pool[w.index] == w {
			do(endpoint.Proto(proto), w.engine.table.paths[proto])
		}
	}
}

// checkPaths sends the canaries of the run that are due, and returns when more are.
func (w *worker) checkPaths() Time {
	next := Never
	w.eachPath(func(proto endpoint.Proto, p *path) {
		if n := &w.unreported[proto]; n.all > 0 {
			p.noteSent(w.now, n.all, n.unheard)
			*n = pathSent{}
		}
		if w.live == 0 || w.end != nil {
			return
		}
		if p.next() <= w.now {
			if ip, ok := p.take(w.now); ok && !w.visit(proto, p, ip) {
				p.drop(ip)
			}
		}
		next = min(next, p.next())
	})
	return next
}

// visit queues a canary of the run to an address. It reports whether that is possible.
func (w *worker) visit(proto endpoint.Proto, p *path, ip netip.Addr) bool {
	a := w.engine.table.get(ip, proto)
	k, ok := a.visit(w.now)
	if !ok {
		a.refs.Add(-1)
		return false
	}
	w.queueCanary(a, k, rolePathCanary)
	return true
}

// visit returns the endpoint for a canary of the run. Closed ports are not suitable where
// the address limits its replies. The caller holds a reference to the address.
func (a *address) visit(now Time) (to known, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := a.witness
	if x == nil {
		return known{}, false
	}
	to = x.known[kindOpen][0]
	if closed := x.known[kindClosed][0]; (to.port == 0 || x.recent == kindClosed) && closed.port != 0 &&
		a.proto == endpoint.TCP && a.window.pace.rate == 0 {
		to = closed
	}
	if to.port == 0 {
		return known{}, false
	}
	a.visits++
	x.canary = now
	return to, true
}

// path returns the path of the address and protocol.
func (a *address) path() *path { return a.table.paths[a.proto] }

// endVisit takes back visit, and the reference.
func (a *address) endVisit() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.visits--
	a.refs.Add(-1)
}

// unsettled returns the number of endpoints of the address that are not settled. The
// mutex is held.
func (a *address) unsettled() int { return int(a.refs.Load()) - a.visits }

// onVisitTimeout handles a canary of the run that was not replied to. If its address has
// endpoints that are not settled, it is one of its own as well.
func (w *worker) onVisitTimeout(j *Job) {
	a := j.address
	if a.path().noteFailure(w.now, a.ip, j.cur.sent, w.counts.Loss()) && w.engine.opts.PathBlocked != nil {
		w.engine.opts.PathBlocked()
	}
	if a.hasUnsettled() {
		w.wake(a, a.canaryFailed(w.now, j.silentAfter, j.cur.sent))
		w.watch(a, w.now)
	}
	w.settle(j, endpoint.NoResponse, w.now)
}

func (a *address) hasUnsettled() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unsettled() > 0
}

// notePath records with the path that j was replied to. Errors that a router may have sent
// show nothing, and closed UDP ports are not suitable for canaries: most addresses limit
// their ICMP errors.
func (w *worker) notePath(j *Job, o *outcome, at Time) {
	if w.descriptors < minPathDescriptors {
		return
	}
	a := j.address
	if o.shows == kindOpen || o.shows == kindClosed && a.proto == endpoint.TCP {
		a.path().noteReply(at, a.ip, !j.cur.heard && !o.canary)
		if j.role == rolePathCanary {
			a.path().noteSuccess(at, o.oldest)
		}
	}
}

// voidOnPath makes the probes of j void that are not judged yet, or the latest if its address
// has not replied: each is then judged before the next.
func (j *Job) voidOnPath(replied bool) {
	switch {
	case replied:
		j.voided, j.unjudged = j.voided+j.unjudged, 0
	case j.cur.kept&keptVoid == 0:
		j.voided, j.unjudged = j.voided+1, max(j.unjudged, 1)-1
	}
	j.cur.kept = keptVoid
}

// throttleJob lets j, the first job of q, wait until its path allows a probe.
func (w *worker) throttleJob(j *Job, q *queue) {
	if q.needsSlot {
		w.throttled.push(q)
		return
	}
	j.unlink()
	v := q.address.look(w.now)
	w.holdBack(j, &v)
	w.round(q).push(q)
}

// awaitPath lets j, which is on no list, wait for what a canary of the run shows.
func (w *worker) awaitPath(j *Job, until Time) {
	w.forget(j)
	if j.phase.inFlight() {
		w.releaseSlot(j)
	}
	j.phase = waiting
	w.wheel.add(j, until)
}

// Path returns what the run has learned of the paths of all protocols.
func (e *Engine) Path() (sum Path) {
	for _, p := range e.table.paths {
		s := p.snapshot()
		sum.Blocked += s.Blocked
		sum.Gone += s.Gone
		sum.Longest = max(sum.Longest, s.Longest)
		sum.Witnesses = max(sum.Witnesses, s.Witnesses)
		if sum.Rate == 0 || s.Rate > 0 && s.Rate < sum.Rate {
			sum.Rate = s.Rate
		}
	}
	return sum
}
