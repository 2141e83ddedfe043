package probe

import (
	"errors"
	"math"
	"time"

	"portkit/pkg/endpoint"
)

// ending is a stop as one worker carries it out: what was never sent is settled
// at once, the rest goes on as before, for a while.
type ending struct {
	*stop
	at Time // when nothing is waited for any more
}

// heard settles the job that an answer is for, if it still waits.
func (w *worker) heard(a *Answer) {
	if a.Elsewhere {
		w.engine.table.elsewhere(a.From)
		return
	}
	if int(a.ID.Slot) >= len(w.jobs) || w.gens[a.ID.Slot] != a.ID.Gen {
		return
	}
	j := w.jobs[a.ID.Slot]
	if j == nil || j.Attempts == 0 || a.N > j.Attempts {
		return
	}
	if a.Reason == endpoint.LocalError {
		w.localTrouble(j, a)
		return
	}
	j.TTL = a.TTL
	j.Relayed = a.From.IsValid() && a.From.WithZone("") != j.To.Addr().WithZone("")
	if a.App != "" {
		j.said = &said{app: a.App}
	}
	n := int(a.N)
	if n == 0 {
		n = int(j.Attempts)
	}
	sent := j.sentAt(n)
	rtt, ambiguous := w.measured(j, a, sent)
	places := j.phase.places()
	if places {
		w.places--
	}
	over := int(j.Attempts)
	if j.phase == flying && !j.stretched {
		over--
	}
	if j.told(a.Reason) == toldClosed {
		w.meet(j.address)
	}
	w.wake(j.address, j.address.answered(a.At, fate{
		n: n, sent: max(sent, j.first), rtt: rtt, ambiguous: ambiguous,
		late: n <= over && !(j.stretched && n == over), over: over,
		held: places || j.phase == lingering && w.countsLingering(),
		void: int(j.void), told: j.told(a.Reason), from: a.From, more: 2 + int(j.Ways),
	}))
	if a.Nobody {
		j.address.foundNobody(a.At)
	}
	w.counts.Answered.add(1)
	if j.address.rejections != nil {
		n = max(n-int(j.void), 1) // what a limit left unanswered was not lost
	}
	w.counts.Tries.add(int64(n))
	w.takeOff(j)
	w.handOver(j, a.Reason, a.At)
}

// localTrouble takes the newest attempt as not made. Trouble with an older one
// says nothing, since another went out after it.
func (w *worker) localTrouble(j *Job, a *Answer) {
	if j.phase != flying || a.N != 0 && a.N != j.now.n {
		return
	}
	if errors.Is(a.Err, ErrPacket) {
		w.resend(j)
		return
	}
	w.drop(j, &j.now)
	w.takeOff(j)
	w.giveUpPlace(j)
	j.Attempts--
	w.counts.Attempts.add(-1)
	if errors.Is(a.Err, ErrBusy) {
		j.phase = parked
		w.wheel.add(j, w.now)
		return
	}
	w.trouble(j, a.Err)
}

// maxResends is how often an ICMP error about the packet makes an endpoint's probe
// be sent again. More of them are treated as silence.
const maxResends = 3

// resend replaces j's newest attempt, which was not delivered and is no evidence.
func (w *worker) resend(j *Job) {
	if j.void >= maxResends {
		return
	}
	w.takeOff(j)
	j.void++
	j.phase = again
	w.queue(j)
}

// measured sets j's RTT by the answer to an attempt sent at a time. It returns the round
// trip to learn from (negative: none), and whether that is an upper bound only, since the
// system has repeated the attempt.
func (w *worker) measured(j *Job, a *Answer, sent Time) (rtt time.Duration, ambiguous bool) {
	if a.N != 0 || j.Attempts == 1 {
		j.RTT = roundTrip(sent, a.At)
	}
	ambiguous = w.repeatedBy(j.Proto, j.RTT) && a.RTT == 0
	if a.RTT > 0 {
		j.RTT = a.RTT
	}
	if a.Nobody { // this machine's own report is not a reply
		j.RTT, j.TTL = -1, 0
	}
	rtt = j.RTT
	if sent < w.resumed {
		rtt = -1 // time in which nothing was polled is none of the network's
	}
	if ambiguous {
		j.RTT = -1
	}
	return rtt, ambiguous
}

// repeatedBy reports whether the system has repeated an attempt so long after its
// sending, so that the reply may be to the repeat (Karn's rule).
func (w *worker) repeatedBy(p endpoint.Proto, after time.Duration) bool {
	repeats := w.engine.opts.Repeats
	return p == endpoint.TCP && len(repeats) > 0 && after >= repeats[0]
}

// roundTrip is the time from sending to the answer. Where several attempts
// were made it takes an answer that tells which it is for (Karn's rule, RFC 6298
// section 3).
func roundTrip(sent, answered Time) time.Duration {
	if sent < 0 {
		return -1
	}
	return max(answered.Sub(sent), 0)
}

// sentAt is when attempt n was sent; negative if that is not known any more.
func (j *Job) sentAt(n int) Time {
	switch n {
	case int(j.now.n):
		return j.now.sent
	case int(j.before.n):
		return j.before.sent
	case 1:
		return j.first
	}
	return -1
}

// rang handles a job whose timer has run out; it stands on no list.
func (w *worker) rang(j *Job) {
	if j.due <= w.resumed && w.beginAnew(j) {
		return
	}
	switch {
	case j.phase == parked:
		w.resume(j)
		return
	case j.phase == lingering:
		w.lingered(j)
		return
	case w.waitsOn(j):
		return
	}
	if j.address.overdue(w.engine.opts.HostTimeout, w.now) {
		w.settle(j, endpoint.Deadline, w.now)
		return
	}
	v := w.unanswered(j)
	if j.address.rejections != nil && w.rejectionsLimited(j, v) {
		return
	}
	if v.unseen && w.sought(j, &v) {
		return
	}
	rested := w.now >= j.rested
	switch left := w.budget(j, v) - j.evidence(); {
	case (v.dark || v.murky || v.doubtful(w.now, j.now.sent)) && w.retries(j) < 0 && j.mayBeVoid(w.now):
		w.disregard(j, v)
	case v.looking && w.now < j.now.sent.Add(w.limit(j)):
		w.stretch(j)
	case left > 0 && rested && (v.doubt != 0 || w.lossAt(v) > tooLossy):
		w.park(j, w.now.Add(lossyPause))
	case left > 0 && (rested || int(j.Attempts) != quickAttempts(v)):
		j.phase = again
		w.queue(j)
	case left > 0 || v.heard && !rested:
		w.park(j, j.rested)
	case w.hearOut(j, v):
	case !v.heard && w.now < j.now.sent.Add(w.limit(j)) && w.hasRoom():
		w.stretch(j)
	case !rested:
		w.park(j, j.rested)
	case !v.heard && w.now < v.hearing:
		w.park(j, v.hearing)
	default:
		w.believe(j, v)
	}
}

// stretch waits on for the answer to j's newest attempt.
func (w *worker) stretch(j *Job) {
	j.stretched = true
	w.wheel.add(j, min(w.now.Add(quietTime/4), j.now.sent.Add(w.limit(j))))
}

// waitsOn counts the system's repeats of j's newest attempt, and waits on if its
// timer was set for that and its timeout has not come.
func (w *worker) waitsOn(j *Job) bool {
	w.noteRepeats(j)
	if !j.now.cut {
		return false
	}
	end := j.now.sent.Add(w.patience(j, j.address.look(w.now)))
	j.now.cut = w.now < end
	if j.now.cut {
		w.wheel.add(j, min(end, w.nextRepeat(j)))
	}
	return j.now.cut
}

// beginAnew handles a job whose time ran out while nothing was polled, which
// says nothing: its rest begins anew, and so does the wait for an answer, if it
// waits for one.
func (w *worker) beginAnew(j *Job) bool {
	j.rested = max(j.rested, w.resumed.Add(quietTime))
	switch j.phase {
	case flying:
		w.wheel.add(j, w.now.Add(w.patience(j, j.address.look(w.now))))
	case lingering:
		w.wheel.add(j, w.now.Add(min(quietTime, w.limit(j))))
	default:
		return false
	}
	return true
}

// unanswered notes that the time for j's newest attempt is over, once for each.
func (w *worker) unanswered(j *Job) view {
	if j.stretched {
		return j.address.look(w.now)
	}
	v, wake := j.address.unanswered(w.now, w.silent(j))
	w.wake(j.address, wake)
	return v
}

// evidence is how many attempts at j stayed unanswered when an answer could be
// expected.
func (j *Job) evidence() int { return int(j.Attempts) - int(j.void) }

// mayBeVoid says that j's newest attempt may still be taken for none.
func (j *Job) mayBeVoid(now Time) bool {
	return now < j.rested.Add(murkyPatience) && j.Attempts < math.MaxUint8-MaxRetries-1
}

// doubtful says that an attempt sent at a time, and not answered by now, may have
// met a darkness that was not noticed.
func (v *view) doubtful(now, sent Time) bool { return sent > v.proven && now < v.doubt }

// disregard takes j's newest attempt for none, since its address is dark, or may
// be, or loses nearly everything at the moment, and makes another later.
func (w *worker) disregard(j *Job, v view) {
	j.void++
	switch {
	case v.dark:
		w.forgetButFirst(j, v)
		w.giveUpPlace(j)
		j.phase = resumed
		w.queue(j)
	case v.murky:
		w.park(j, w.now.Add(quietTime/2))
	default:
		w.park(j, w.now.Add(lossyPause))
	}
}

// believe settles j as silent. Where the address has replied to nothing sent later,
// the probes may all have been lost in one run, and their number proves nothing.
func (w *worker) believe(j *Job, v view) {
	switch {
	case j.address.rejections == nil && v.heard && v.proven <= max(j.first, j.now.sent):
		w.counts.Unproven.add(1)
	default:
		w.counts.doubted(math.Pow(w.lossAt(v), float64(j.evidence())))
	}
	w.settle(j, endpoint.NoResponse, w.now)
}

// quickAttempts is how many attempts follow each other without a rest.
func quickAttempts(v view) int {
	if v.heard {
		return 2
	}
	return 1
}

// hasRoom says that the last attempt at an address that was never heard may be
// given its whole time-out, since nothing else needs its place.
func (w *worker) hasRoom() bool { return w.waiting.empty() && w.places <= w.room*3/4 }

// park lets j rest until a time, when it has been silent for quietTime say: it
// holds no place. At an address that has replied it lingers first, for as long as
// a late reply to its first attempt may come.
func (w *worker) park(j *Job, until Time) {
	if v := j.address.look(w.now); v.heard && j.keepsFirst() {
		if end := w.listenEnd(j, v); w.now < end {
			if j.now.n != 1 {
				w.drop(j, &j.now)
			}
			j.rested = max(j.rested, until)
			w.linger(j, end)
			return
		}
	}
	w.forget(j)
	w.giveUpPlace(j)
	j.phase = parked
	w.wheel.add(j, until)
}

// resume goes on with a job that was parked.
func (w *worker) resume(j *Job) {
	v := j.address.look(w.now)
	if j.Attempts > 0 && j.evidence() >= w.budget(j, v) {
		if until := j.rested; w.now < until || !v.heard && w.now < v.hearing {
			if !v.heard {
				until = max(until, v.hearing)
			}
			w.wheel.add(j, until)
		} else {
			w.believe(j, v)
		}
		return
	}
	j.phase = resumed
	w.queue(j)
}

// forget ends j's attempts.
func (w *worker) forget(j *Job) {
	w.drop(j, &j.now)
	w.drop(j, &j.before)
}

// forgetButFirst ends j's attempts except the first, if it is still listened to and
// descriptors are plentiful: nothing may take it from j before its next attempt.
func (w *worker) forgetButFirst(j *Job, v view) {
	first := j.keepsFirst() && w.now < w.listenEnd(j, v) && w.open < w.descriptors/2
	for _, f := range [...]*flight{&j.now, &j.before} {
		if !first || f.n != 1 {
			w.drop(j, f)
		}
	}
	if j.before.n == 0 {
		j.now, j.before = flight{}, j.now
	}
}

// drop ends one of j's attempts, if it is one.
func (w *worker) drop(j *Job, f *flight) {
	if f.n != 0 {
		w.noteRepeatsOf(j, f)
		w.open--
		w.dropped = w.attempt(j, f)
		w.t.Forget(&w.dropped)
		*f = flight{}
	}
}

// settle ends j with a reason that no answer gave.
func (w *worker) settle(j *Job, r endpoint.Reason, at Time) {
	if j.phase == fresh {
		w.started++
	}
	w.takeOff(j)
	if j.phase.places() {
		w.giveUpPlace(j)
	}
	w.stopLingering(j)
	w.handOver(j, r, at)
}

// takeOff takes j off its lane or stops its timer.
func (w *worker) takeOff(j *Job) {
	if j.link.next != nil && (j.phase == flying || j.phase == parked || j.phase == lingering) {
		w.wheel.remove(j)
		return
	}
	j.unlink()
}

// handOver frees what j held and gives it to the sink.
func (w *worker) handOver(j *Job, r endpoint.Reason, at Time) {
	sharing := w.part(j)
	w.forget(j)
	w.gens[j.slot]++
	w.jobs[j.slot] = nil
	w.free = append(w.free, j.slot)
	w.live--
	j.address.refs.Add(-1)
	j.address = nil
	j.Reason, j.At = r, at
	w.counts.Settled[j.State()].add(1)
	w.shareOut(j, sharing)
}

// checkStop carries out an order to end early.
func (w *worker) checkStop() {
	if w.end == nil {
		order := w.engine.stopped.Load()
		if order == nil {
			return
		}
		w.end = &ending{stop: order, at: w.now.Add(order.grace)}
		w.settleWhere(func(j *Job) bool { return j.Attempts == 0 })
	}
	if w.now >= w.end.at && w.live > 0 {
		w.settleWhere(func(*Job) bool { return true })
	}
}

// settleWhere ends the jobs that the order to end is for.
func (w *worker) settleWhere(ends func(*Job) bool) {
	for _, j := range w.jobs {
		if j != nil && ends(j) {
			j.Fail(w.end.err)
			w.settle(j, w.end.reason, w.now)
		}
	}
}
