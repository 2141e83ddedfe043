package probe

import "time"

const (
	// repeatMargin is how long before the system would repeat an attempt by itself
	// its socket is closed, where nothing is known to reply that late.
	repeatMargin = 10 * time.Millisecond
	// Late replies are common, and lengthen the RTO, when an address has sent
	// commonLate of them and more than half of its timeouts were followed by one.
	commonLate = 8
	// latenessMemory is how many timeouts are remembered before older ones fade.
	latenessMemory = 256
	// longListens is how many endpoints of an address that never replied are
	// listened to for the whole --timeout. Until they have been, the others are
	// not concluded silent: the host may be slower than their attempts.
	longListens = 8
)

// lateness is how often an address replies after the timeout, and how late.
type lateness struct {
	timeouts float32       // of first attempts
	replies  float32       // after such a timeout
	longest  time.Duration // round trip of a late reply
}

// timeout records the timeout of a first attempt.
func (l *lateness) timeout() {
	if l.timeouts++; l.timeouts > latenessMemory {
		l.timeouts, l.replies = l.timeouts/2, l.replies/2
	}
}

// reply records a late reply to attempt n.
func (l *lateness) reply(n int, rtt time.Duration) {
	l.longest = max(l.longest, rtt)
	if n == 1 {
		l.replies++
	}
}

// mayBeRepeat reports whether a round trip may contain the target's own timeout: where
// SYN-ACKs are lost it repeats them after a second (RFC 6298, section 2.1), which says
// nothing of how slow its ports are. The mutex is held.
func (a *address) mayBeRepeat(rtt time.Duration) bool {
	const initialRTO = time.Second
	late := rtt - initialRTO
	return a.loss.ratio() > 0 && late > -repeatMargin && late < 2*a.rtt.timeout()
}

// common reports whether most timeouts come before their replies. A few slow ports
// among filtered ones must not lengthen the wait for all.
func (l *lateness) common() bool { return l.replies >= commonLate && 2*l.replies > l.timeouts }

// listen returns how long after its first attempt an endpoint is listened to.
func (l *lateness) listen() time.Duration {
	return max(minSilence-repeatMargin, l.longest+l.longest/2)
}

// listenEnd returns when listening for a late reply to j's first attempt ends.
func (w *worker) listenEnd(j *Job, v view) Time {
	from := j.silentAfter.Add(-minSilence)
	return from.Add(min(v.listen, w.limit(j)))
}

// keepsFirst reports whether j still holds the socket of its first attempt, for a
// late reply to which it may linger. Late UDP replies need no socket of their own.
func (j *Job) keepsFirst() bool {
	return j.address.icmpLimiter == nil && (j.cur.n == 1 || j.prev.n == 1)
}

// linger keeps the socket of one of j's attempts until a time and gives up j's
// place. A limit on the endpoints of one address still counts j.
func (w *worker) linger(j *Job, until Time) {
	w.inFlight--
	if !w.countsLingering() {
		w.wake(j.address, j.address.release())
	}
	j.phase = lingering
	w.wheel.add(j, min(until, w.nextRepeat(j)))
}

// countsLingering reports whether endpoints that linger hold a place at their
// address.
func (w *worker) countsLingering() bool { return w.engine.opts.HostConcurrency > 0 }

// stopLingering ends j's hold on its address's place, if it lingers and has one.
func (w *worker) stopLingering(j *Job) {
	if j.phase == lingering && w.countsLingering() {
		w.wake(j.address, j.address.release())
	}
}

// onListenEnd handles a job that lingers and whose timer has expired: what was learned
// since may lengthen its listening.
func (w *worker) onListenEnd(j *Job) {
	w.noteRepeats(j)
	v := j.address.look(w.now)
	end := w.listenEnd(j, v)
	if !j.keepsFirst() {
		end = j.cur.sent.Add(w.limit(j))
	}
	if w.now < end {
		w.wheel.add(j, min(end, w.nextRepeat(j)))
		return
	}
	w.stopLingering(j)
	w.forget(j)
	j.phase = waiting
	if w.now < j.silentAfter.Add(-repeatMargin) {
		w.wheel.add(j, j.silentAfter)
		return
	}
	w.resume(j)
}

// hearOut lets j's newest attempt, at an address that never replied, be listened to
// for all of its timeout without a place. It reports whether it does.
func (w *worker) hearOut(j *Job, v view) bool {
	end := j.cur.sent.Add(w.limit(j))
	if v.heard || w.now >= end || w.open > w.descriptors/2 || !j.address.hearOut(end) {
		return false
	}
	w.drop(j, &j.prev)
	w.linger(j, end)
	return true
}

// hearOut takes one of the address's long listens, which ends at a time.
func (a *address) hearOut(end Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.heardOut >= longListens {
		return false
	}
	a.heardOut++
	a.hearing = max(a.hearing, end)
	return true
}

// noteRepeats counts the repeats of j's attempts that the system has sent by now.
func (w *worker) noteRepeats(j *Job) {
	w.noteRepeatsOf(j, &j.cur)
	w.noteRepeatsOf(j, &j.prev)
}

// noteRepeatsOf counts those of one attempt. They are probes like others to the
// limits on rates, which the next ones wait for.
func (w *worker) noteRepeatsOf(j *Job, f *sentProbe) {
	repeats := w.engine.opts.Repeats
	for f.n != 0 && int(f.repeats) < len(repeats) && w.now.Sub(f.sent) >= repeats[f.repeats] {
		f.repeats++
		w.counts.Repeats.add(1)
		w.engine.pace.charge(w.now)
		j.address.rate.charge(w.engine.hostRate, w.now)
	}
}

// nextRepeat is when the system next repeats one of j's attempts; Never if it
// does not.
func (w *worker) nextRepeat(j *Job) Time {
	next := Never
	for _, f := range [...]*sentProbe{&j.cur, &j.prev} {
		if repeats := w.engine.opts.Repeats; f.n != 0 && int(f.repeats) < len(repeats) {
			next = min(next, f.sent.Add(repeats[f.repeats]))
		}
	}
	return next
}
