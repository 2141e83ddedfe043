package probe

import (
	"time"

	"portkit/pkg/endpoint"
)

// wakeEvery is the minimum time between two looks at the endpoints that wait for a
// witness, canaries apart.
const wakeEvery = 20 * time.Millisecond

// canaryGrace is how long after twice its timeout the result of a canary is known.
const canaryGrace = time.Second

// role is what a job is for.
type role uint8

const (
	roleEndpoint role = iota // it is the caller's
	roleSample               // the same, and part of the sample of its address (presence)
	roleCanary               // another probe to an endpoint that has replied; never passed to the sink
	roleWatch                // only a timer: for the next canary of a worker to an address
)

// limits returns what the gap between the witnesses of the address depends on. The mutex
// is held.
func (a *address) limits(now Time) limits {
	l := limits{
		pace: a.window.pace, resets: a.window.pace.rate > 0, rto: a.rtt.timeout(),
		patient: a.table.lostPatience, jobs: int(a.refs.Load()), sent: a.sent,
	}
	if x := a.witness; x != nil && x.state != alive {
		l.due = a.loss.attempts(max(a.loss.assumed(0), a.recent.loss(now)))
	}
	if r := a.table.hostRate; r.rate > 0 && (l.pace.rate == 0 || r.rate < l.pace.rate) {
		l.pace = r
	}
	if r := a.table.repeat; a.proto == endpoint.TCP && a.rtt.smoothed >= r {
		l.repeat = r
	}
	if u := a.icmpLimiter; u != nil {
		l.icmp = u.limited() || u.joint.shared || u.rejects && u.minRate() == 0
	}
	return l
}

// needsWitness reports whether silence of the address needs a witness: it has replied
// itself, and there is an endpoint for canaries. A closed UDP port is none if a group of
// addresses shares a limit: canaries to each would use up what the others need. Nor is one
// that a router rejects: most limit their errors, and these say little about the address.
// The mutex is held.
func (a *address) needsWitness() bool {
	x := a.witness
	if x == nil || x.known[kindOpen][0].port != 0 {
		return x != nil
	}
	return x.known[kindClosed][0].port != 0 && (a.icmpLimiter == nil || !a.icmpLimiter.joint.shared)
}

// noteWitness records what a reply proves, and returns the workers to wake. The mutex is
// held.
func (a *address) noteWitness(now Time, o *outcome) (wake uint64) {
	if o.shows == kindNone {
		return 0
	}
	sent := span{o.oldest, max(o.oldest.Add(o.repeated), o.sent)}
	if a.witness == nil {
		a.witness = newWitness(sent)
	}
	a.noteFirst(o, true)
	x, l := a.witness, a.limits(now)
	fails := x.fails
	back := x.noteReply(now, sent, &l)
	if !o.late || x.known[o.shows][0].port == 0 { // a slow port makes canaries slow
		x.learn(o.shows, o.endpoint)
	}
	x.stopped = a.probes - min(a.probes, uint32(a.window.inFlight))
	if back && fails >= l.darkAfter() {
		a.recent = recent{} // timeouts in the dark are not evidence of loss
		fails = 0
	}
	if o.canary {
		a.loss.endpoints++
		a.loss.probes += float32(1 + fails)
	}
	if back || o.canary || x.waiters != 0 && now.Sub(x.woken) >= wakeEvery {
		x.sightings++
		x.woken = now
		wake, x.waiters = x.waiters, 0
	}
	return wake
}

// noteFirst records that a probe was replied to, or has timed out, if it is the first of
// its endpoint. The mutex is held.
func (a *address) noteFirst(o *outcome, replied bool) {
	if x := a.witness; x != nil && o.n == 1 && !o.canary {
		x.noteFirst(o.sent, replied)
	}
}

// holds reports whether the address is not to be probed, except by canaries. The mutex
// is held.
func (a *address) holds() bool {
	return a.witness != nil && (a.witness.state == suspect || a.witness.state == lost)
}

// lacksWitness reports whether a probe at now would have no witness before it, and then
// asks for a canary. The mutex is held.
func (a *address) lacksWitness(now Time) bool {
	l := a.limits(now)
	if !a.needsWitness() || a.witness.fresh(now, a.witness.gap(now, &l)) || now < a.witness.refused {
		return false
	}
	a.witness.before = true
	return true
}

// judge sets what v says about probes sent within a span. The mutex is held.
func (a *address) judge(v *view, now Time, sent span) {
	l := a.limits(now)
	if x := a.witness; a.needsWitness() {
		v.evidence = x.judge(now, sent, x.gap(now, &l), 2*l.rto+canaryGrace)
		v.inDark = x.dark.to > sent.from && x.dark.from < sent.to
	}
}

// assess returns a view of the address, and of probes sent within a span without a reply.
func (a *address) assess(now Time, sent span) view {
	a.mu.Lock()
	defer a.mu.Unlock()
	v := a.view(now)
	a.judge(&v, now, sent)
	return v
}

// canarySent records a canary, and returns the workers that waited for it.
func (a *address) canarySent(at Time) (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.limits(at)
	if a.witness.noteCanary(at, &l) {
		return a.wake()
	}
	return 0
}

// canaryFailed records that a canary was not replied to, and returns the workers to wake.
func (a *address) canaryFailed(now, chosen, sent Time) (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.limits(now)
	x := a.witness
	x.noteFailure(now, chosen, sent, &l)
	x.sightings++
	if x.state == alive {
		wake, x.waiters = x.waiters, 0
	}
	return wake
}

// canaryUnreachable records that a canary was answered with a report that the address
// cannot be reached: its endpoints have to show the same.
func (a *address) canaryUnreachable(now, sent Time) (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.limits(now)
	x := a.witness
	x.spans.noteFailure(sent, x.gap(now, &l))
	x.refused = now.Add(refusedPause)
	return a.releaseHeld()
}

// canaryRefused ends the check of an address that this machine refuses to probe: its
// endpoints have to show the same error.
func (a *address) canaryRefused(now Time) (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.witness.refused = now.Add(refusedPause)
	return a.releaseHeld()
}

// releaseHeld ends a check of the address without a result, and returns the workers to
// wake. The mutex is held.
func (a *address) releaseHeld() (wake uint64) {
	x := a.witness
	if x.state == suspect || x.state == lost {
		x.state, x.fails, x.rounds = alive, 0, 0
	}
	x.before = false
	x.sightings++
	wake, x.waiters = x.waiters, 0
	return wake | a.wake()
}

// nextCanaries is witness.next. stopped reports that the address was found to be lost.
func (a *address) nextCanaries(now Time) (to []known, again Time, wake uint64, stopped bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.witness == nil || a.refs.Load() == 0 {
		return nil, Never, 0, false
	}
	l := a.limits(now)
	if !a.needsWitness() {
		return nil, Never, a.releaseHeld(), false
	}
	before := a.witness.state
	to, again, changed := a.witness.next(now, &l)
	if changed {
		a.table.lost.add(a)
		a.witness.sightings++
		wake, a.witness.waiters = a.witness.waiters, 0
		wake |= a.wake()
	}
	return to, again, wake, before == suspect && a.witness.state == lost
}

// askAgain returns the endpoint for one more canary to the address, if one is due although
// it was given up.
func (a *address) askAgain(now Time) (to known, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if x := a.witness; x != nil && x.askAgain(now) {
		l := a.limits(now)
		return x.candidates(&l)[0], true
	}
	return known{}, false
}

// sightings returns how often something has shown whether the address replies.
func (a *address) sightings() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.witness.sightings
}

// awaitWitness counts an endpoint of a worker that waits only for a witness.
func (a *address) awaitWitness(worker int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.witness.waiting++
	a.witness.waiters |= 1 << worker
}

// stopWaiting takes back awaitWitness.
func (a *address) stopWaiting() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.witness.waiting--
}

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
		jobState: jobState{role: roleCanary, phase: ready, address: a, silentAfter: w.now},
	}
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
		if v := j.address.look(w.now); !w.countsLingering() && w.open <= w.descriptors/2 {
			w.linger(j, j.cur.sent.Add(min(v.listen, w.maxTimeout(j))))
			return
		}
		fallthrough
	default:
		w.settle(j, endpoint.NoResponse, w.now)
	}
}

// onCanaryReply ends a canary. A report that the address cannot be reached is no sign of
// life, but its other endpoints will have it, too.
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
	if seen := a.sightings(); seen == l.sightings && !must {
		return
	} else {
		l.sightings, l.judged = seen, w.now
	}
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
	case j.unjudged == 0 || v.evidence == undecided || v.evidence == awaited || !v.replied:
		return
	case v.evidence == void && w.retries(j) < 0:
		j.voided += j.unjudged
	case j.voided > 0 && j.countedTimeouts() == int(j.unjudged):
		j.silentAfter = max(j.silentAfter, j.unjudgedFrom().Add(minSilence))
	}
	j.unjudged = 0
}
