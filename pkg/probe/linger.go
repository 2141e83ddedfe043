package probe

import (
	"time"

	"portkit/pkg/endpoint"
)

const (
	// repeatMargin is how early a socket is closed before the system retransmits its
	// SYN, unless later replies were seen.
	repeatMargin = 10 * time.Millisecond
	// Late replies are common, and lengthen the RTO, when an address has sent
	// commonLate of them and more than half of its timeouts were followed by one.
	commonLate = 8
	// latenessMemory is how many timeouts are remembered before older ones fade.
	latenessMemory = 256
	// maxLongListens is how many endpoints of an address that never replied listen
	// for the whole --timeout. Until then no other is concluded silent: the host may
	// be slower than their timeouts. sureLongListens of them do even if descriptors are
	// short, until maxVainListens in a row had no reply: then hardly any host is so slow.
	maxLongListens  = 8
	sureLongListens = 4
	maxVainListens  = 64
)

// lateness is how often an address replies after the timeout, and how late.
type lateness struct {
	timeouts  float32       // of first probes
	replies   float32       // after such a timeout
	longest   time.Duration // round trip of a late reply
	corrected bool          // the RTO has been lengthened because they are common
}

// timeout records the timeout of a first probe.
func (l *lateness) timeout() {
	if l.timeouts++; l.timeouts > latenessMemory {
		l.timeouts, l.replies = l.timeouts/2, l.replies/2
	}
}

// reply records a late reply to probe n, which may be a repeated one. Such replies are
// few, since a second probe mostly is replied to before: if they are common, the address
// is slow.
func (l *lateness) reply(n int, rtt time.Duration, repeat bool) {
	if n == 1 {
		l.replies++
	}
	if !repeat || l.common() {
		l.longest = max(l.longest, rtt)
	}
}

// mayBeRepeat reports whether a round trip may contain the target's own retransmission
// timeout: it repeats a lost SYN-ACK after a second (RFC 6298 section 2.1), which says
// nothing about how slow its ports are. The mutex is held.
func (a *address) mayBeRepeat(rtt time.Duration) bool {
	const initialRTO = time.Second
	late := rtt - initialRTO
	return a.loss.ratio() > 0 && late > -repeatMargin && late < 2*a.rtt.timeout()
}

// common reports whether most timeouts come before their replies. A few slow ports
// among filtered ones must not lengthen the wait for all.
func (l *lateness) common() bool { return l.replies >= commonLate && 2*l.replies > l.timeouts }

// listen returns how long an endpoint listens for a reply to its first probe.
func (l *lateness) listen() time.Duration {
	return max(minSilence-repeatMargin, l.longest+l.longest/2)
}

// listenEnd returns when j stops listening for a late reply to its first probe.
func (w *worker) listenEnd(j *Job, v *view) Time {
	from := j.silentAfter.Add(-minSilence)
	return from.Add(min(v.listen, w.maxTimeout(j)))
}

// lingerEnd returns until when j lingers: for a late reply to its first probe, or, if
// its address had not replied when it began to, to its latest.
func (w *worker) lingerEnd(j *Job, v *view) Time {
	switch {
	case j.cur.long:
		return j.cur.sent.Add(w.maxTimeout(j))
	case v.replied && j.keepsFirst():
		return w.listenEnd(j, v)
	}
	return j.cur.sent.Add(min(v.listen, w.maxTimeout(j)))
}

// extendsListening reports whether j, whose listening is over, may go on for a while: its
// address never replied, and nothing else needs what it holds.
func (w *worker) extendsListening(j *Job, v *view) bool {
	return !v.replied && w.now < j.cur.sent.Add(w.maxTimeout(j)) &&
		w.needSlot.empty() && w.inFlight <= w.room*3/4 && w.open <= w.descriptors/2
}

// keepsFirst reports whether j still holds the socket of its first probe. Late UDP
// replies need no socket of their own.
func (j *Job) keepsFirst() bool {
	return j.address.icmpLimiter == nil && (j.cur.n == 1 || j.prev.n == 1)
}

// listensToFirst reports whether a late reply to j's first probe may still come.
func (w *worker) listensToFirst(j *Job, v *view) bool {
	return j.keepsFirst() && w.now < w.listenEnd(j, v)
}

// linger frees j's slot and keeps the socket of one probe until a time.
func (w *worker) linger(j *Job, until Time) {
	w.inFlight--
	if !w.countsLingering() {
		w.wake(j.address, j.address.release())
	}
	j.phase = lingering
	w.wheel.add(j, min(until, w.nextRepeat(j)))
}

// countsLingering reports whether lingering endpoints count against the window of
// their address: a limit given by the user covers them.
func (w *worker) countsLingering() bool { return w.engine.opts.HostConcurrency > 0 }

// stopLingering releases what j counts for in the window if it lingers.
func (w *worker) stopLingering(j *Job) {
	if j.phase == lingering && w.countsLingering() {
		w.wake(j.address, j.address.release())
	}
}

// onListenEnd handles the timer of a lingering job. What was learned since may
// lengthen its listening.
func (w *worker) onListenEnd(j *Job) {
	w.noteRepeats(j)
	v := j.address.look(w.now)
	end := w.lingerEnd(j, &v)
	if w.now >= end && w.extendsListening(j, &v) {
		end = w.now.Add(minSilence / 4)
	}
	if w.now < end {
		w.wheel.add(j, min(end, w.nextRepeat(j)))
		return
	}
	w.stopLingering(j)
	j.cur.resent = j.cur.resent || w.leavesToSystem(j, &v) && j.cur.repeats > 0
	w.forget(j)
	j.phase = waiting
	if w.now < j.silentAfter.Add(-repeatMargin) {
		w.wheel.add(j, j.silentAfter)
		return
	}
	w.resume(j)
}

// mayListenLong reports whether an endpoint of an address that never replied may listen
// for its whole timeout.
func (w *worker) mayListenLong(v *view) bool {
	return v.longListens < sureLongListens && w.vainListens < maxVainListens || v.longListens < maxLongListens && w.open <= w.descriptors/2
}

// listenLong counts one long listen at the address, until end.
func (a *address) listenLong(end Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.longListens = min(a.longListens+1, maxLongListens)
	a.hearing = max(a.hearing, end)
}

// repeats returns after which times the system retransmits j's probes.
func (w *worker) repeats(j *Job) []time.Duration {
	if j.Proto != endpoint.TCP {
		return nil
	}
	return w.engine.opts.Repeats
}

// noteRepeats counts the retransmissions of j's probes that the system has sent.
func (w *worker) noteRepeats(j *Job) {
	w.noteRepeatsOf(j, &j.cur)
	w.noteRepeatsOf(j, &j.prev)
}

// noteRepeatsOf counts those of one probe. Rate limits count them like other probes:
// the next ones wait for them.
func (w *worker) noteRepeatsOf(j *Job, p *sentProbe) {
	repeats := w.repeats(j)
	for p.n != 0 && int(p.repeats) < len(repeats) && w.now.Sub(p.sent) >= repeats[p.repeats] {
		p.repeats++
		w.counts.Repeats.add(1)
		w.engine.pace.charge(w.now)
		j.address.rate.charge(w.engine.hostRate, w.now)
	}
}

// nextRepeat returns when the system next retransmits one of j's probes; Never if it
// does not.
func (w *worker) nextRepeat(j *Job) Time {
	next := Never
	for _, p := range [...]*sentProbe{&j.cur, &j.prev} {
		if repeats := w.repeats(j); p.n != 0 && int(p.repeats) < len(repeats) {
			next = min(next, p.sent.Add(repeats[p.repeats]))
		}
	}
	return next
}
