package probe

import (
	"errors"
	"time"

	"portkit/pkg/endpoint"
)

const (
	// busyPause is how long a transport that has no room is left alone.
	busyPause = time.Millisecond
	// Trouble that this machine reports is tried again, after pauses that
	// double from troublePause; after so many troubles it is the answer.
	localErrorPause = 20 * time.Millisecond
	maxLocalErrors  = 7
	// reserved is the part of the descriptors that first attempts leave to later
	// ones: an endpoint keeps its first socket while its second attempt is out.
	reserved = 8
	// maxQueued is longer than any system asks for a neighbor.
	maxQueued = time.Minute
)

// transmit sends what may be sent now, at most sendsPerPoll attempts, and
// returns when more may be; Never if only an answer, a timer or a new job can
// change that.
func (w *worker) transmit() Time {
	if w.now < w.busy {
		return w.busy
	}
	w.releasePaced()
	next := w.collect(&w.again, false)
	if w.end != nil && w.live > 0 {
		next = min(next, w.end.at)
	}
	if !w.sink.Full() {
		next = min(next, w.collect(&w.waiting, true))
	}
	if len(w.batch) > 0 {
		refused := w.send()
		switch {
		case w.busy > w.now:
			next = w.busy
		case refused:
			next = w.now // the places that those attempts gave back may be all there are
		}
	}
	if w.paced.Len() > 0 {
		next = min(next, w.paced.First())
	}
	return next
}

// forFirst is how many attempts may be held until no endpoint gets a first one:
// the rest is for retries, during which the first attempt keeps its socket.
func (w *worker) forFirst() int {
	if w.descriptors < 2 {
		return w.descriptors
	}
	return w.descriptors - max(1, w.descriptors/reserved)
}

// releasePaced puts queues whose time has come on their round again.
func (w *worker) releasePaced() {
	for w.paced.Len() > 0 && w.paced.First() <= w.now {
		_, q := w.paced.Pop()
		q.place = off
		w.round(q).push(q)
	}
}

// round is the one that q belongs on.
func (w *worker) round(q *queue) *round {
	if q.again {
		return &w.again
	}
	return &w.waiting
}

// collect moves jobs from a round's queues to the batch, one a queue and turn,
// as far as the ceilings and the places allow. It returns when it may go on:
// now if only the batch is full.
func (w *worker) collect(r *round, place bool) Time {
	e := w.engine
	for !r.empty() {
		if len(w.batch) == cap(w.batch) {
			return w.now
		}
		if place && w.inFlight >= w.rcvLimit.most {
			return Never
		}
		if place && w.open+len(w.batch) >= w.forFirst() {
			w.counts.Short.Store(1)
			return Never
		}
		if got, next := e.pace.allow(w.now, 1); got == 0 {
			return next
		}
		q := r.pop()
		if q.jobs.empty() || !w.admit(q, place) {
			e.pace.giveBack()
			continue
		}
		r.push(q)
	}
	return Never
}

// admit asks q's address for leave to send its head and puts that on the
// batch. Where the address has none, q waits off its round.
func (w *worker) admit(q *queue, place bool) bool {
	if q.slow && w.outOfPatience(q.address) {
		w.settle(q.jobs.next.job, endpoint.RateLimited, w.now)
		w.round(q).push(q)
		return false
	}
	if r := w.forbidden(q.jobs.next.job); r != 0 {
		w.settle(q.jobs.next.job, r, w.now)
		w.round(q).push(q)
		return false
	}
	g, next, v := q.address.reserve(w.engine.hostRate, w.now, w.index, place, q.slow)
	switch g {
	case noPlace:
		return false
	case notYet:
		q.place = onHeld
		w.paced.Push(next, q)
		return false
	case unresolved:
		w.settle(q.jobs.next.job, endpoint.HostUnreach, w.now)
		w.round(q).push(q)
		return false
	}
	j := q.jobs.next.job
	j.unlink()
	if place {
		w.inFlight++
	}
	w.makeProbe(j, v)
	return true
}

// forbidden is why j may not be asked now; 0 if it may.
func (w *worker) forbidden(j *Job) endpoint.Reason {
	o := &w.engine.opts
	switch {
	case o.Allowed != nil && !o.Allowed(j.To, j.Proto):
		return endpoint.OutOfScope
	case j.address.overdue(o.HostTimeout, w.now):
		return endpoint.Deadline
	}
	return 0
}

// makeProbe makes j's next attempt. One of those before it may still be answered: the
// first, while it is listened to, or else the latest.
func (w *worker) makeProbe(j *Job, v view) {
	if j.prev.n == 1 && j.keepsFirst() && w.now < w.listenEnd(j, v) {
		w.drop(j, &j.cur)
	} else {
		w.drop(j, &j.prev)
		j.prev = j.cur
	}
	j.cur = sentProbe{n: j.Attempts + 1, exclusive: v.udp.elsewhere && j.Attempts > 0}
	j.due = Time(w.patience(j, v))
	j.extended = false
	a := &w.attempts[len(w.batch)]
	*a = w.attempt(j, &j.cur)
	w.batch = append(w.batch, a)
}

// patience is how long the answer to j's newest attempt is waited for. At an
// address that was never heard, the last attempt gets more time than those
// before it: a round trip longer than startTimeout must not look like silence.
func (w *worker) patience(j *Job, v view) time.Duration {
	d := v.timeout
	if !v.heard && int(j.cur.n)-int(j.discounted) >= w.budget(j, v) {
		d = minSilence - repeatMargin
	}
	return min(d, w.limit(j))
}

// limit is the longest wait for the answer to one of j's attempts.
func (w *worker) limit(j *Job) time.Duration {
	if j.Timeout > 0 {
		return j.Timeout
	}
	return w.engine.opts.Timeout
}

// retries is how many attempts may follow j's first; negative when that follows
// from the loss that is seen.
func (w *worker) retries(j *Job) int {
	if j.Retries >= 0 {
		return int(j.Retries)
	}
	return w.engine.opts.Retries
}

// budget is how many attempts at j must stay unanswered before its silence is
// believed.
func (w *worker) budget(j *Job, v view) int {
	if r := w.retries(j); r >= 0 {
		return r + 1
	}
	l := v.loss
	if v.udp.shown && !v.heard {
		l = loss{1, 1} // another of its group was heard
	}
	n := l.attempts(w.lossAt(v))
	if j.Variants > 0 {
		return n*int(j.Variants) + 1
	}
	return n
}

// lossAt is the loss to reckon with at an address: what it has shown, now or in
// the whole run, and what others have.
func (w *worker) lossAt(v view) float64 {
	return max(v.loss.believed(w.counts.Loss()), v.lost)
}

// send hands the batch to the transport. It reports whether this machine refused
// an attempt.
func (w *worker) send() (refused bool) {
	rest := w.batch
	for len(rest) > 0 {
		n, err := w.t.Send(rest)
		for _, a := range rest[:n] {
			w.sent(w.jobs[a.ID.Slot], a)
		}
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
		if errors.Is(err, ErrBusy) {
			w.busy = w.now.Add(busyPause)
			w.putBack(rest)
			break
		}
		j := w.jobs[rest[0].ID.Slot]
		w.cancel(j)
		w.localError(j, err)
		refused = true
		rest = rest[1:]
	}
	w.batch = w.batch[:0]
	return refused
}

// sent notes that a, j's newest attempt, has left and sets its timer.
func (w *worker) sent(j *Job, a *Attempt) {
	j.cur.sent, j.cur.handle, j.cur.resolved = a.Sent, a.Handle, a.Resolved
	if j.phase == queued {
		w.started++
	}
	if j.Attempts == 0 {
		j.first, j.silentAfter = a.Sent, a.Sent.Add(minSilence)
	}
	j.Attempts++
	if a.Exclusive {
		j.exclusive++
	}
	j.phase = outstanding
	w.open++
	w.counts.Attempts.add(1)
	if a.Queued {
		j.due = Time(w.queuedFor())
	}
	due := a.Sent.Add(time.Duration(j.due))
	if next := w.nextRepeat(j); !a.Queued && next < due {
		j.cur.cut, due = true, next
	}
	w.wheel.add(j, due)
}

// queuedFor is how long the word about an attempt that is held is waited for, which
// comes in the end. Its time-out does not run before it is sent.
func (w *worker) queuedFor() time.Duration {
	if t := w.engine.opts.HostTimeout; t > 0 {
		return min(t, maxQueued)
	}
	return maxQueued
}

// putBack returns attempts that were not sent to the heads of their queues.
func (w *worker) putBack(as []*Attempt) {
	for i := len(as) - 1; i >= 0; i-- {
		j := w.jobs[as[i].ID.Slot]
		w.cancel(j)
		w.engine.pace.giveBack()
		if j.phase == retransmit && (!j.keepsFirst() || w.now >= w.listenEnd(j, j.address.look(w.now))) {
			w.forget(j) // what it holds may be just what is missing
		}
		q := w.queueOf(j)
		q.jobs.pushFront(j)
		w.round(q).push(q)
	}
}

// cancel takes back what prepare and leave did for j.
func (w *worker) cancel(j *Job) {
	j.cur, j.prev = j.prev, sentProbe{}
	if j.phase != retransmit {
		j.address.unsent(w.now)
		w.releaseSlot(j)
	}
}

// releaseSlot lets another endpoint wait in j's stead.
func (w *worker) releaseSlot(j *Job) {
	w.inFlight--
	w.wake(j.address, j.address.release())
}

// localError notes that this machine could not ask j, which stands on no list.
// It is tried again later, until that has been done often enough.
func (w *worker) localError(j *Job, err error) {
	if j.phase == queued {
		w.started++
	}
	if j.phase == retransmit {
		w.releaseSlot(j)
	}
	j.phase = waiting
	w.wheel.add(j, w.now.Add(localErrorPause<<j.localErrors))
	if j.localErrors++; j.localErrors == maxLocalErrors {
		j.Fail(err)
		w.settle(j, endpoint.LocalError, w.now)
	}
}
