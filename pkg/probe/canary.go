package probe

import (
	"time"

	"portkit/pkg/endpoint"
)

// watch lets w ask at a time, or earlier, whether a canary to an address is due.
func (w *worker) watch(a *address, at Time) {
	l := &a.lanes[w.index]
	switch {
	case l.watch == nil:
		w.watches++
		l.watch = &Job{jobState: jobState{role: roleWatch, phase: waiting, address: a}}
	case l.watch.due <= at:
		return
	default:
		w.wheel.remove(l.watch)
	}
	w.wheel.add(l.watch, at)
}

// onWatch sends the canaries to an address that are due.
func (w *worker) onWatch(a *address) {
	a.lanes[w.index].watch = nil
	w.watches--
	if !a.lanes[w.index].canaries.jobs.empty() { // a limit holds back the latest one
		w.watch(a, w.now.Add(checkPause))
		return
	}
	to, again, wake, stopped := a.nextCanaries(w.now)
	if f := w.engine.opts.Stopped; stopped && f != nil {
		f(a.ip)
	}
	for _, k := range to {
		w.sendCanary(a, k)
	}
	w.wake(a, wake)
	if again != Never {
		w.watch(a, again)
	} else if !a.lanes[w.index].awaiting.empty() {
		w.rejudge(a, w.now.Sub(a.lanes[w.index].judged) >= checkPause) // no canary is due
		w.watch(a, w.now.Add(checkPause))
	}
}

// sendCanary queues another probe to an endpoint that has replied.
func (w *worker) sendCanary(a *address, k known) {
	j := &Job{
		Request:  Request{To: a.endpoint(k.port), Proto: a.proto, Retries: -1, Variants: k.variants},
		jobState: jobState{role: roleCanary, phase: ready, address: a},
	}
	j.silentAfter = w.now // of a canary: when it was chosen
	j.RTT = -1
	j.Attempts = a.canaryNumber(k) - 1
	w.enter(j)
	w.queue(j)
}

// canaryNumber returns the number of a canary as a probe of its endpoint. It differs
// from those of late replies, unless it selects the request that was replied to.
func (a *address) canaryNumber(k known) uint8 {
	if k.variants > 0 {
		return k.n
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.witness.count++
	return 2 + a.witness.count%(MaxRetries<<3)
}

// onCanaryTimeout handles a canary whose timer has expired.
func (w *worker) onCanaryTimeout(j *Job) {
	switch j.phase {
	case waiting:
		j.phase = ready
		w.queue(j)
	case outstanding:
		w.wake(j.address, j.address.canaryFailed(w.now, j.silentAfter, j.cur.sent))
		w.watch(j.address, w.now)
		if v := j.address.look(w.now); !w.countsLingering() && w.open <= w.descriptors-w.descriptorsForCanaries()/2 {
			w.linger(j, j.cur.sent.Add(min(v.listen, w.maxTimeout(j))))
			return
		}
		fallthrough
	default:
		w.settle(j, endpoint.NoResponse, w.now)
	}
}

// onCanaryReply ends a canary that was replied to. If the reply is a report that the
// address cannot be reached, its other endpoints are probed again, to get that report as
// well.
func (w *worker) onCanaryReply(j *Job, o *outcome) {
	if o.shows == kindNone {
		w.wake(j.address, j.address.canaryUnreachable(w.now, o.sent))
	}
	w.takeOff(j)
	w.endCanary(j)
}

// abandon settles j, whose address has stopped replying, and checks that address again
// now and then.
func (w *worker) abandon(j *Job) {
	if k, ok := j.address.askAgain(w.now); ok {
		w.sendCanary(j.address, k)
	}
	w.settle(j, endpoint.HostLost, w.now)
}

// judgeAgain judges the probes of j before another is sent.
func (w *worker) judgeAgain(j *Job) {
	if j.unjudged == 0 {
		return
	}
	v := j.address.assess(w.now, span{j.unjudgedFrom(), j.cur.sent})
	w.judge(j, &v)
}

// lostProbes returns how many of the n − 1 probes of j before the one that was replied
// to, after an RTT, count as lost: the address would have replied to them in the time in
// which they were listened to.
func (w *worker) lostProbes(j *Job, n int, rtt time.Duration) int {
	if int(j.cur.n) == n && rtt > j.cur.sent.Sub(j.first) {
		return min(int(j.prev.n), 1) // only the previous one was listened to for so long
	}
	if !j.prev.heard && rtt > minSilence {
		return 0 // they were not listened to for so long: the RTT was not known
	}
	lost := n - 1 - int(j.voided)
	if before := int(j.unjudged) - 1; before > 0 && lost > 0 {
		last := j.prev.sent
		if j.prev.n+1 != j.cur.n {
			last = j.unjudgedFrom()
		}
		if v := j.address.assess(w.now, span{j.unjudgedFrom(), last}); v.evidence == void {
			lost -= before
		}
	}
	return max(lost, 0)
}

// endCanary frees what a canary holds.
func (w *worker) endCanary(j *Job) {
	w.forget(j)
	w.leave(j)
	j.address = nil
}

// await lets j, which is on no list, wait for a witness.
func (w *worker) await(j *Job) {
	w.forget(j)
	if j.phase.inFlight() {
		w.releaseSlot(j)
	}
	j.phase = awaiting
	j.address.awaitWitness(w.index)
	j.address.lanes[w.index].awaiting.pushBack(j)
	w.watch(j.address, w.now)
}

// rejudge looks again at the endpoints that wait for a witness, if something has shown
// whether the address replies since that was last done, or if it must.
func (w *worker) rejudge(a *address, must bool) {
	l := &a.lanes[w.index]
	if l.awaiting.empty() {
		return
	}
	seen := a.sightings()
	if seen == l.sightings && !must {
		return
	}
	l.sightings, l.judged = seen, w.now
	var all link // resume may let a job wait again
	all.takeAll(&l.awaiting)
	for !all.empty() {
		j := all.next.job
		w.takeOff(j)
		j.phase = waiting
		w.resume(j)
	}
}

// judge counts j's probes as evidence, or as none, according to v.
func (w *worker) judge(j *Job, v *view) {
	switch {
	case j.unjudged == 0 || v.evidence.isOpen() || !v.replied:
		return
	case v.evidence == void && w.retries(j) < 0:
		j.voided += j.unjudged
	case j.voided > 0 && j.countedTimeouts() == int(j.unjudged):
		j.silentAfter = max(j.silentAfter, j.unjudgedFrom().Add(minSilence))
	}
	j.unjudged = 0
}
