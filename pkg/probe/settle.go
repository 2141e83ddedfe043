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

// onReply settles the job that an answer is for, if it still waits.
func (w *worker) onReply(a *Answer) {
	if a.FromOtherPort {
		w.engine.table.replyFromOtherPort(a.From)
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
		w.onLocalError(j, a)
		return
	}
	j.TTL = a.TTL
	j.Relayed = a.From.IsValid() && a.From.WithZone("") != j.To.Addr().WithZone("")
	if a.App != "" {
		j.extra = &extra{app: a.App}
	}
	n := int(a.N)
	if n == 0 {
		n = int(j.Attempts)
	}
	sent := j.sentAt(n)
	rtt, ambiguous := w.measured(j, a, sent)
	places := j.phase.inFlight()
	if places {
		w.inFlight--
	}
	over := int(j.Attempts)
	if j.phase == outstanding && !j.extended {
		over--
	}
	if j.replyKind(a.Reason) == replyRejected {
		w.meet(j.address)
	}
	w.wake(j.address, j.address.noteReply(a.At, outcome{
		n: n, sent: max(sent, j.first), rtt: rtt, ambiguous: ambiguous,
		late: n <= over && !(j.extended && n == over), over: over,
		inFlight:   places || j.phase == lingering && w.countsLingering(),
		discounted: int(j.discounted), kind: j.replyKind(a.Reason), from: a.From, more: 2 + int(j.Variants),
	}))
	if a.Unresolved {
		j.address.markUnresolved(a.At)
	}
	w.counts.Answered.add(1)
	if j.address.icmpLimiter != nil {
		n = max(n-int(j.discounted), 1) // what a limit left unanswered was not lost
	}
	w.counts.Tries.add(int64(n))
	w.takeOff(j)
	w.deliver(j, a.Reason, a.At)
}

// onLocalError takes the newest attempt as not made. Trouble with an older one
// says nothing, since another went out after it.
func (w *worker) onLocalError(j *Job, a *Answer) {
	if j.phase != outstanding || a.N != 0 && a.N != j.cur.n {
		return
	}
	if errors.Is(a.Err, ErrPacket) {
		w.resend(j)
		return
	}
	w.drop(j, &j.cur)
	w.takeOff(j)
	w.releaseSlot(j)
	j.Attempts--
	w.counts.Attempts.add(-1)
	if errors.Is(a.Err, ErrBusy) {
		j.phase = waiting
		w.wheel.add(j, w.now)
		return
	}
	w.localError(j, a.Err)
}

// maxResends is how often an ICMP error about the packet makes an endpoint's probe
// be sent again. More of them are treated as silence.
const maxResends = 3

// resend replaces j's newest attempt, which was not delivered and is no evidence.
func (w *worker) resend(j *Job) {
	if j.discounted >= maxResends {
		return
	}
	w.takeOff(j)
	j.discounted++
	j.phase = retransmit
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
	if a.Unresolved { // this machine's own report is not a reply
		j.RTT, j.TTL = -1, 0
	}
	rtt = j.RTT
	if sent < w.pollResumed {
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
	case int(j.cur.n):
		return j.cur.sent
	case int(j.prev.n):
		return j.prev.sent
	case 1:
		return j.first
	}
	return -1
}

// onTimeout handles a job whose timer has run out; it stands on no list.
func (w *worker) onTimeout(j *Job) {
	if j.due <= w.pollResumed && w.restartTimer(j) {
		return
	}
	switch {
	case j.phase == waiting:
		w.resume(j)
		return
	case j.phase == lingering:
		w.onListenEnd(j)
		return
	case w.extendForRepeat(j):
		return
	}
	if j.address.overdue(w.engine.opts.HostTimeout, w.now) {
		w.settle(j, endpoint.Deadline, w.now)
		return
	}
	v := w.noteTimeout(j)
	if j.address.icmpLimiter != nil && w.icmpLimited(j, v) {
		return
	}
	if v.unseen && w.sought(j, &v) {
		return
	}
	rested := w.now >= j.silentAfter
	switch left := w.budget(j, v) - j.countedTimeouts(); {
	case (v.blackout || v.highLoss || v.doubtful(w.now, j.cur.sent)) && w.retries(j) < 0 && j.mayDiscount(w.now):
		w.discount(j, v)
	case v.looking && w.now < j.cur.sent.Add(w.limit(j)):
		w.extend(j)
	case left > 0 && rested && (v.doubt != 0 || w.lossAt(v) > congestedLoss):
		w.park(j, w.now.Add(lossBackoff))
	case left > 0 && (rested || int(j.Attempts) != quickAttempts(v)):
		j.phase = retransmit
		w.queue(j)
	case left > 0 || v.heard && !rested:
		w.park(j, j.silentAfter)
	case w.hearOut(j, v):
	case !v.heard && w.now < j.cur.sent.Add(w.limit(j)) && w.hasRoom():
		w.extend(j)
	case !rested:
		w.park(j, j.silentAfter)
	case !v.heard && w.now < v.hearing:
		w.park(j, v.hearing)
	default:
		w.concludeSilent(j, v)
	}
}

// extend waits on for the answer to j's newest attempt.
func (w *worker) extend(j *Job) {
	j.extended = true
	w.wheel.add(j, min(w.now.Add(minSilence/4), j.cur.sent.Add(w.limit(j))))
}

// extendForRepeat counts the system's repeats of j's newest attempt, and waits on if its
// timer was set for that and its timeout has not come.
func (w *worker) extendForRepeat(j *Job) bool {
	w.noteRepeats(j)
	if !j.cur.cut {
		return false
	}
	end := j.cur.sent.Add(w.patience(j, j.address.look(w.now)))
	j.cur.cut = w.now < end
	if j.cur.cut {
		w.wheel.add(j, min(end, w.nextRepeat(j)))
	}
	return j.cur.cut
}

// restartTimer handles a job whose time ran out while nothing was polled, which
// says nothing: its rest begins anew, and so does the wait for an answer, if it
// waits for one.
func (w *worker) restartTimer(j *Job) bool {
	j.silentAfter = max(j.silentAfter, w.pollResumed.Add(minSilence))
	switch j.phase {
	case outstanding:
		w.wheel.add(j, w.now.Add(w.patience(j, j.address.look(w.now))))
	case lingering:
		w.wheel.add(j, w.now.Add(min(minSilence, w.limit(j))))
	default:
		return false
	}
	return true
}

// noteTimeout notes that the time for j's newest attempt is over, once for each.
func (w *worker) noteTimeout(j *Job) view {
	if j.extended {
		return j.address.look(w.now)
	}
	v, wake := j.address.noteTimeout(w.now, w.silent(j))
	w.wake(j.address, wake)
	return v
}

// countedTimeouts is how many attempts at j stayed unanswered when an answer could be
// expected.
func (j *Job) countedTimeouts() int { return int(j.Attempts) - int(j.discounted) }

// mayDiscount says that j's newest attempt may still be taken for none.
func (j *Job) mayDiscount(now Time) bool {
	return now < j.silentAfter.Add(highLossPatience) && j.Attempts < math.MaxUint8-MaxRetries-1
}

// doubtful says that an attempt sent at a time, and not answered by now, may have
// met a darkness that was not noticed.
func (v *view) doubtful(now, sent Time) bool { return sent > v.proven && now < v.doubt }

// discount takes j's newest attempt for none, since its address is dark, or may
// be, or loses nearly everything at the moment, and makes another later.
func (w *worker) discount(j *Job, v view) {
	j.discounted++
	switch {
	case v.blackout:
		w.forgetButFirst(j, v)
		w.releaseSlot(j)
		j.phase = ready
		w.queue(j)
	case v.highLoss:
		w.park(j, w.now.Add(minSilence/2))
	default:
		w.park(j, w.now.Add(lossBackoff))
	}
}

// concludeSilent settles j as silent. Where the address has replied to nothing sent later,
// the probes may all have been lost in one run, and their number proves nothing.
func (w *worker) concludeSilent(j *Job, v view) {
	switch {
	case j.address.icmpLimiter == nil && v.heard && v.proven <= max(j.first, j.cur.sent):
		w.counts.Unproven.add(1)
	default:
		w.counts.noteFalseSilence(math.Pow(w.lossAt(v), float64(j.countedTimeouts())))
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
func (w *worker) hasRoom() bool { return w.waiting.empty() && w.inFlight <= w.room*3/4 }

// park lets j rest until a time, when it has been silent for quietTime say: it
// holds no place. At an address that has replied it lingers first, for as long as
// a late reply to its first attempt may come.
func (w *worker) park(j *Job, until Time) {
	if v := j.address.look(w.now); v.heard && j.keepsFirst() {
		if end := w.listenEnd(j, v); w.now < end {
			if j.cur.n != 1 {
				w.drop(j, &j.cur)
			}
			j.silentAfter = max(j.silentAfter, until)
			w.linger(j, end)
			return
		}
	}
	w.forget(j)
	w.releaseSlot(j)
	j.phase = waiting
	w.wheel.add(j, until)
}

// resume goes on with a job that was parked.
func (w *worker) resume(j *Job) {
	v := j.address.look(w.now)
	if j.Attempts > 0 && j.countedTimeouts() >= w.budget(j, v) {
		if until := j.silentAfter; w.now < until || !v.heard && w.now < v.hearing {
			if !v.heard {
				until = max(until, v.hearing)
			}
			w.wheel.add(j, until)
		} else {
			w.concludeSilent(j, v)
		}
		return
	}
	j.phase = ready
	w.queue(j)
}

// forget ends j's attempts.
func (w *worker) forget(j *Job) {
	w.drop(j, &j.cur)
	w.drop(j, &j.prev)
}

// forgetButFirst ends j's attempts except the first, if it is still listened to and
// descriptors are plentiful: nothing may take it from j before its next attempt.
func (w *worker) forgetButFirst(j *Job, v view) {
	first := j.keepsFirst() && w.now < w.listenEnd(j, v) && w.open < w.descriptors/2
	for _, f := range [...]*sentProbe{&j.cur, &j.prev} {
		if !first || f.n != 1 {
			w.drop(j, f)
		}
	}
	if j.prev.n == 0 {
		j.cur, j.prev = sentProbe{}, j.cur
	}
}

// drop ends one of j's attempts, if it is one.
func (w *worker) drop(j *Job, f *sentProbe) {
	if f.n != 0 {
		w.noteRepeatsOf(j, f)
		w.open--
		w.dropped = w.attempt(j, f)
		w.t.Forget(&w.dropped)
		*f = sentProbe{}
	}
}

// settle ends j with a reason that no answer gave.
func (w *worker) settle(j *Job, r endpoint.Reason, at Time) {
	if j.phase == queued {
		w.started++
	}
	w.takeOff(j)
	if j.phase.inFlight() {
		w.releaseSlot(j)
	}
	w.stopLingering(j)
	w.deliver(j, r, at)
}

// takeOff takes j off its lane or stops its timer.
func (w *worker) takeOff(j *Job) {
	if j.link.next != nil && (j.phase == outstanding || j.phase == waiting || j.phase == lingering) {
		w.wheel.remove(j)
		return
	}
	j.unlink()
}

// deliver frees what j held and gives it to the sink.
func (w *worker) deliver(j *Job, r endpoint.Reason, at Time) {
	sharing := w.detach(j)
	w.forget(j)
	w.gens[j.slot]++
	w.jobs[j.slot] = nil
	w.free = append(w.free, j.slot)
	w.live--
	j.address.refs.Add(-1)
	j.address = nil
	j.Reason, j.At = r, at
	w.counts.Settled[j.State()].add(1)
	w.fanOut(j, sharing)
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
