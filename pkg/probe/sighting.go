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
// itself, and there is an endpoint for canaries. Two kinds of endpoints are not suitable.
// Closed UDP ports, if a group of addresses shares a rate limit: canaries to each would
// use up the replies that the others need. Ports that a router rejects: most routers
// limit their ICMP errors, which are not evidence about the address.
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
		x.woken = now
		return x.sight()
	}
	return 0
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

// lacksWitness reports whether a probe at now would have no witness before it. If so, it
// requests a canary. The mutex is held.
func (a *address) lacksWitness(now Time) bool {
	x := a.witness
	if !a.needsWitness() || now < x.refused {
		return false
	}
	l := a.limits(now)
	if x.fresh(now, x.gap(now, &l)) {
		return false
	}
	x.before = true
	return true
}

// judge sets the verdict of v on probes sent within a span. The mutex is held.
func (a *address) judge(v *view, now Time, sent span) {
	if x := a.witness; a.needsWitness() {
		l := a.limits(now)
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
	if x.state == alive {
		return x.sight()
	}
	x.sightings++
	return 0
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
	return x.sight() | a.wake()
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
		wake = a.witness.sight() | a.wake()
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
