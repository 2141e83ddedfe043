package probe

import (
	"errors"
	"time"

	"portkit/pkg/endpoint"
)

const (
	// busyPause is the time until a busy transport is tried again.
	busyPause = time.Millisecond
	// A local error is retried after pauses that double from localErrorPause. After
	// maxLocalErrors the endpoint is settled with it.
	localErrorPause = 20 * time.Millisecond
	maxLocalErrors  = 7
	// For each retryDescriptors probes of addresses that have replied, one descriptor is
	// kept for retransmissions: such an endpoint keeps its first socket while its second
	// probe is outstanding. Others close it before.
	retryDescriptors = 7
	// One in spareDescriptors is kept in any case: addresses may begin to reply.
	spareDescriptors = 64
	// One in canaryPart of the slots, and of the descriptors, is kept for canaries. Of the
	// descriptors slowCanaries at least, if these are not more than a quarter: so many may
	// be outstanding at one address whose RTT is several intervals of canaries.
	canaryPart   = 64
	slowCanaries = 4
	// maxQueued is longer than any system takes to resolve a neighbor.
	maxQueued = time.Minute
)

// outgoing is the state of a probe in the batch until it is sent.
type outgoing struct {
	reservation
	timeout time.Duration
}

// transmit sends what may be sent now, at most sendsPerPoll probes, and returns when
// more may be; Never if only a reply, a timer or a new job can change that.
func (w *worker) transmit() Time {
	if w.now < w.busy {
		return w.busy
	}
	w.releasePaced()
	next := min(w.collect(&w.canaries), w.collect(&w.retransmit), w.sendEchoes())
	if w.end != nil && w.live > 0 {
		next = min(next, w.end.at)
	}
	if !w.sink.Full() {
		next = min(next, w.collect(&w.needSlot), w.skipSilent())
	}
	if len(w.batch) > 0 {
		refused := w.send()
		switch {
		case w.busy > w.now:
			next = w.busy
		case refused:
			next = w.now // others may have waited for the slots that became free
		}
	}
	if w.paced.Len() > 0 {
		next = min(next, w.paced.First())
	}
	return next
}

// releasePaced puts queues whose rate limit allows a probe on their round again.
func (w *worker) releasePaced() {
	for w.paced.Len() > 0 && w.paced.First() <= w.now {
		_, q := w.paced.Pop()
		q.pos = off
		w.round(q).push(q)
	}
}

// collect moves jobs from the queues of a round to the batch, one per queue and turn,
// as far as the limits allow. It returns when it may go on: now if only the batch is
// full.
func (w *worker) collect(r *round) Time {
	for !r.empty() {
		if len(w.batch) == cap(w.batch) {
			return w.now
		}
		if next, ok := w.allows(r); !ok {
			return next
		}
		if got, next := w.engine.pace.allow(w.now, 1); got == 0 {
			return next
		}
		q := r.pop()
		if q.jobs.empty() || !w.admit(q) {
			w.engine.pace.cancel()
			continue
		}
		r.push(q)
	}
	return Never
}

// allows reports whether slots and descriptors are left for a probe of a round, or else
// when to look again.
func (w *worker) allows(r *round) (next Time, ok bool) {
	open := w.open + len(w.batch)
	switch {
	case r == &w.canaries:
		return Never, w.inFlight < w.rcvLimit.most
	case r == &w.needSlot && w.inFlight >= w.rcvLimit.most-w.slotsForCanaries():
		return Never, false
	case r == &w.needSlot && open >= w.firstDescriptors():
		w.counts.Short.Store(1)
		return Never, false
	case r == &w.retransmit && open >= w.descriptors-w.descriptorsForCanaries():
		return w.now.Add(busyPause), w.findRetransmission(r)
	}
	return 0, true
}

// slotsForCanaries returns how many slots other probes leave to canaries: none if there
// are few, since the next one that is free is a canary's anyway.
func (w *worker) slotsForCanaries() int {
	if w.watches == 0 {
		return 0
	}
	n := w.rcvLimit.most
	return max(n/canaryPart, min(1, n/16))
}

// descriptorsForCanaries returns how many descriptors other probes leave to canaries.
func (w *worker) descriptorsForCanaries() int {
	if w.watches == 0 {
		return 0
	}
	return max(w.descriptors/canaryPart, min(slowCanaries, w.descriptors/4))
}

// firstDescriptors returns how many descriptors may be in use when an endpoint is
// first probed.
func (w *worker) firstDescriptors() int {
	if w.descriptors < 2 {
		return w.descriptors
	}
	n := w.descriptors - w.descriptorsForCanaries()
	return n - max(1, w.descriptors/spareDescriptors, w.heard/retryDescriptors)
}

// findRetransmission turns the round r until the probe that comes next needs no
// descriptor beyond those that its endpoint holds, and reports whether there is one.
func (w *worker) findRetransmission(r *round) bool {
	first := r.last
	for range sendsPerPoll {
		if q := r.last.next; q.jobs.empty() || w.freeDescriptor(q.jobs.next.job) {
			return true
		}
		if r.last = r.last.next; r.last == first {
			break
		}
	}
	return false
}

// freeDescriptor ends j's probes that are not listened to any more, and reports whether
// the next probe requires no further descriptor.
func (w *worker) freeDescriptor(j *Job) bool {
	if j.cur.n != 0 && j.prev.n != 0 {
		return true
	}
	if v := j.address.look(w.now); w.listensToFirst(j, &v) {
		return false
	}
	holds := j.cur.n != 0 || j.prev.n != 0
	w.forget(j)
	return holds
}

// admit reserves capacity at the address for the first job of q and adds its probe to
// the batch. On failure q leaves the round until the address has capacity, unless the
// job was settled.
func (w *worker) admit(q *queue) bool {
	j := q.jobs.next.job
	if r := w.forbidden(j, q); r != 0 {
		w.settle(j, r, w.now)
		w.round(q).push(q)
		return false
	}
	out := &w.outgoing[len(w.batch)]
	again := j.Attempts > 0 && w.retries(j) < 0
	switch v, next := q.address.reserve(&out.reservation, w.engine.hostRate, w.now, w.index, q, again); v {
	case noSlot:
		return false
	case unwitnessed:
		w.watch(q.address, w.now)
		if !q.needsSlot {
			j.unlink()
			v := q.address.look(w.now)
			w.holdBack(j, &v)
			w.round(q).push(q)
		}
		return false
	case abandoned:
		w.abandon(j)
		w.round(q).push(q)
		return false
	case notYet:
		q.pos = onPaced
		w.paced.Push(next, q)
		return false
	case unresolved:
		w.settle(j, endpoint.HostUnreach, w.now)
		w.round(q).push(q)
		return false
	}
	j.unlink()
	if out.slot {
		w.inFlight++
	}
	w.makeProbe(j, out)
	return true
}

// forbidden returns why a job of q may not be probed any more; 0 if it may.
func (w *worker) forbidden(j *Job, q *queue) endpoint.Reason {
	o := &w.engine.opts
	switch {
	case q.icmpPaced && w.outOfPatience(q.address):
		return endpoint.RateLimited
	case o.Allowed != nil && !o.Allowed(j.To, j.Proto):
		return endpoint.OutOfScope
	case j.address.overdue(o.HostTimeout, w.now):
		return endpoint.Deadline
	}
	return 0
}

// makeProbe adds the next probe of j to the batch. One earlier probe may still be
// replied to: the first while it is listened to, or else the latest.
func (w *worker) makeProbe(j *Job, out *outgoing) {
	w.judgeAgain(j)
	if j.prev.n == 1 && w.listensToFirst(j, &out.view) {
		w.drop(j, &j.cur)
	} else {
		w.drop(j, &j.prev)
		j.prev = j.cur
	}
	j.cur = sentProbe{n: j.Attempts + 1, heard: out.view.replied, exclusive: out.view.udp.otherPort && j.Attempts > 0}
	j.extended, j.cur.long = false, false
	out.timeout = w.timeout(j, &out.view)
	a := &w.attempts[len(w.batch)]
	*a = w.attempt(j, &j.cur)
	w.batch = append(w.batch, a)
}

// timeout returns how long j holds its slot for the reply to its latest probe.
func (w *worker) timeout(j *Job, v *view) time.Duration {
	return min(v.timeout, w.maxTimeout(j))
}

// maxTimeout returns the maximum wait for the reply to one of j's probes.
func (w *worker) maxTimeout(j *Job) time.Duration {
	if j.Timeout > 0 {
		return j.Timeout
	}
	return w.engine.opts.Timeout
}

// retries returns the number of retransmissions after no reply; negative: it follows
// from the measured loss.
func (w *worker) retries(j *Job) int {
	if j.Retries >= 0 {
		return int(j.Retries)
	}
	return w.engine.opts.Retries
}

// budget returns how many probes of j have to stay unanswered before silence is
// concluded.
func (w *worker) budget(j *Job, v *view) int {
	if r := w.retries(j); r >= 0 {
		return r + 1
	}
	l := v.loss
	if v.udp.groupLimited && !v.replied {
		l = loss{1, 1} // another address of its group replied
	}
	n := l.attempts(w.lossAt(v))
	if j.Variants > 0 {
		return n*int(j.Variants) + 1
	}
	return n
}

// lossAt returns the loss to assume at an address: the largest of what it shows at
// the moment, what it has shown, and what the whole run has.
func (w *worker) lossAt(v *view) float64 {
	return max(v.loss.assumed(w.counts.Loss()), v.lost)
}

// send passes the batch to the transport. It reports whether this machine refused a
// probe.
func (w *worker) send() (refused bool) {
	for i := 0; i < len(w.batch); {
		n, err := w.t.Send(w.batch[i:])
		for range n {
			w.sent(w.batch[i], w.outgoing[i].timeout)
			i++
		}
		if i == len(w.batch) {
			break
		}
		if errors.Is(err, ErrBusy) {
			w.busy = w.now.Add(busyPause)
			w.putBack(i)
			break
		}
		j := w.jobs[w.batch[i].ID.Slot]
		w.cancel(j, i)
		w.localError(j, err)
		refused = true
		i++
	}
	w.batch = w.batch[:0]
	return refused
}

// sent records that a, the latest probe of its job, has left, and sets its timer.
func (w *worker) sent(a *Attempt, timeout time.Duration) {
	j := w.jobs[a.ID.Slot]
	j.cur.sent, j.cur.handle, j.cur.resolved = a.Sent, a.Handle, a.Resolved
	w.start(j)
	switch {
	case j.role == roleCanary:
		j.first = a.Sent
		w.wake(j.address, j.address.canarySent(a.Sent))
	case j.Attempts == 0:
		j.first, j.silentAfter = a.Sent, a.Sent.Add(minSilence)
		if j.role == roleSample {
			w.sampled(j)
		}
	}
	if j.voided > 0 && j.countedTimeouts() == 0 {
		j.silentAfter = max(j.silentAfter, a.Sent.Add(minSilence))
	}
	j.Attempts++
	j.noteUnjudged(a.Sent)
	if a.Exclusive {
		j.exclusive++
	}
	j.phase = outstanding
	w.open++
	if j.cur.heard {
		w.heard++
	}
	w.counts.Attempts.add(1)
	if a.Queued {
		timeout = w.queuedTimeout()
	}
	due := a.Sent.Add(timeout)
	if next := w.nextRepeat(j); !a.Queued && next < due {
		j.cur.cut, due = true, next
	}
	w.wheel.add(j, due)
}

// start counts j as started if it was not: the engine then accepts another job.
func (w *worker) start(j *Job) {
	if j.phase == queued {
		w.started++
	}
}

// queuedTimeout returns how long to wait for the report on a probe that waits for a
// neighbor. Its own timeout does not run yet.
func (w *worker) queuedTimeout() time.Duration {
	if t := w.engine.opts.HostTimeout; t > 0 {
		return min(t, maxQueued)
	}
	return maxQueued
}

// putBack returns the jobs of the batch, from an index on, to the heads of their
// queues.
func (w *worker) putBack(from int) {
	for i := len(w.batch) - 1; i >= from; i-- {
		j := w.jobs[w.batch[i].ID.Slot]
		w.cancel(j, i)
		if v := j.address.look(w.now); j.phase == retransmit && !w.listensToFirst(j, &v) {
			w.forget(j) // the descriptor that it holds may be the one that is missing
		}
		q := w.queueOf(j)
		q.jobs.pushFront(j)
		w.round(q).push(q)
	}
}

// cancel undoes admit for j, whose probe has an index in the batch.
func (w *worker) cancel(j *Job, i int) {
	if j.cur, j.prev = j.prev, (sentProbe{}); j.cur.n != j.Attempts && j.unjudged > 0 {
		// The latest probe was dropped, and with it the time when it was sent.
		j.voided, j.unjudged = j.voided+j.unjudged, 0
	}
	r := &w.outgoing[i].reservation
	if r.slot {
		w.inFlight--
	}
	w.engine.pace.cancel()
	w.wake(j.address, j.address.cancel(w.engine.hostRate, r))
}

// releaseSlot gives j's slot to another endpoint.
func (w *worker) releaseSlot(j *Job) {
	w.inFlight--
	w.wake(j.address, j.address.release())
}

// localError records that this machine could not probe j, which is on no list, and
// retries it later, unless that has been done often enough.
func (w *worker) localError(j *Job, err error) {
	w.start(j)
	if j.phase == retransmit {
		w.releaseSlot(j)
	}
	if j.role == roleCanary {
		w.wake(j.address, j.address.canaryRefused(w.now))
		w.endCanary(j)
		return
	}
	j.phase = waiting
	w.wheel.add(j, w.now.Add(localErrorPause<<j.localErrors))
	if j.localErrors++; j.localErrors == maxLocalErrors {
		j.Fail(err)
		w.settle(j, endpoint.LocalError, w.now)
	}
}
