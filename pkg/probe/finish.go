package probe

import "portkit/pkg/endpoint"

// settle ends j with a reason that no reply gave.
func (w *worker) settle(j *Job, r endpoint.Reason, at Time) {
	w.start(j)
	w.takeOff(j)
	if j.phase.inFlight() {
		w.releaseSlot(j)
	}
	w.stopLingering(j)
	w.deliver(j, r, at)
}

// takeOff removes j from its lane or stops its timer.
func (w *worker) takeOff(j *Job) {
	if j.link.next != nil && (j.phase == outstanding || j.phase == waiting || j.phase == lingering) {
		w.wheel.remove(j)
		return
	}
	if j.phase == awaiting && j.link.next != nil {
		j.address.stopWaiting()
	}
	j.unlink()
}

// leave removes j from the table.
func (w *worker) leave(j *Job) {
	w.gens[j.slot]++
	w.jobs[j.slot] = nil
	w.free = append(w.free, j.slot)
}

// deliver frees what j holds and passes it to the sink.
func (w *worker) deliver(j *Job, r endpoint.Reason, at Time) {
	if j.role == roleCanary {
		w.endCanary(j)
		return
	}
	sharing := w.detach(j)
	w.forget(j)
	w.leaveSample(j, r == endpoint.NoResponse)
	w.leave(j)
	w.live--
	if r == endpoint.HostLost {
		j.address.noteLost()
	}
	j.address.refs.Add(-1)
	j.address = nil
	j.Reason, j.At = r, at
	w.counts.Settled[j.State()].add(1)
	w.fanOut(j, sharing)
}

// forget ends j's probes.
func (w *worker) forget(j *Job) {
	w.drop(j, &j.cur)
	w.drop(j, &j.prev)
}

// forgetButFirst ends j's probes except the first, if it is still listened to and
// descriptors are plentiful: nothing can take it from j before the next probe.
func (w *worker) forgetButFirst(j *Job, v *view) {
	keep := w.listensToFirst(j, v) && w.open < w.descriptors/2
	for _, p := range [...]*sentProbe{&j.cur, &j.prev} {
		if !keep || p.n != 1 {
			w.drop(j, p)
		}
	}
	if j.prev.n == 0 {
		j.cur, j.prev = sentProbe{sent: j.cur.sent}, j.cur
	}
}

// drop ends one of j's probes, if there is one.
func (w *worker) drop(j *Job, p *sentProbe) {
	if p.n != 0 {
		w.noteRepeatsOf(j, p)
		w.open--
		if p.heard {
			w.heard--
		}
		w.dropped = w.attempt(j, p)
		w.t.Forget(&w.dropped)
		*p = sentProbe{sent: p.sent, resent: p.resent, heard: p.heard} // which the evidence depends on
	}
}

// ending is a stop as one worker carries it out.
type ending struct {
	*stop
	at Time // when everything that is left is settled
}

// checkStop carries out an order to end early.
func (w *worker) checkStop() {
	if w.end == nil {
		order := w.engine.stopped.Load()
		if order == nil {
			return
		}
		w.end = &ending{stop: order, at: w.now.Add(order.grace)}
		w.settleWhere(func(j *Job) bool { return j.Attempts == 0 || j.role == roleCanary })
	}
	if w.now >= w.end.at && w.live > 0 {
		w.settleWhere(func(*Job) bool { return true })
	}
}

// settleWhere settles the jobs for which ends is true with the order's reason.
func (w *worker) settleWhere(ends func(*Job) bool) {
	for _, j := range w.jobs {
		if j != nil && ends(j) {
			j.Fail(w.end.err)
			w.settle(j, w.end.reason, w.now)
		}
	}
}
