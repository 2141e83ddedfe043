package probe

import (
	"math"
	"time"

	"portkit/pkg/endpoint"
)

const (
	// rejectionEvery is the longest time between two ICMP errors that a target
	// sends at the least: Linux sends one a second to an address, after a burst
	// of six (icmp(7), icmp_ratelimit; RFC 1812 section 4.3.2.8 and RFC 4443
	// section 2.4 ask for such a limit). What is asked this long after the latest
	// one, and before the next, would have been rejected if it were closed.
	rejectionEvery = 1100 * time.Millisecond
	// rejectionBurst is more than targets that limit are known to send at once
	// after a rest (50: Linux, icmp_msgs_burst). What comes in a second beyond
	// that is what they send a second at the least.
	rejectionBurst = 64
	// rejectionEpoch is how long errors are counted for a rate.
	rejectionEpoch = Time(time.Second)
	// rejectionPause is how soon an address that sends more than one error a
	// second is asked for the same port again.
	rejectionPause = 250 * time.Millisecond
	// rejectionSurplus is how many times faster than it rejects such an address
	// is asked, so that none of what it sends goes unused by ports that are
	// silent for good; leastRejections is the least that it is asked a second.
	rejectionSurplus = 4
	leastRejections  = 8
	// An address limits if one in lateOf of its closed ports, and lateLeast at
	// least, were only told so after lateAfter attempts in vain: of what is lost
	// on the way, less is lost so often.
	lateAfter = 2
	lateLeast = 2
	lateOf    = 5
	// rejectionMemory is how many closed ports the count remembers.
	rejectionMemory = 256
	// patienceAnew is how long an address must not have been waited for until its
	// patience begins anew.
	patienceAnew = Time(5 * time.Second)
)

// icmpLimiter is what is known of how an address tells that its udp ports are
// closed. Most limit how often: then silence says nothing of a port, unless it
// was asked when there was an ICMP error to be had for it.
type icmpLimiter struct {
	heard     bool // some were
	otherPort bool // it may answer from other ports than those asked
	since     Time // it has been waited for
	waited    Time // when that was so last

	closed, late float32 // ports that were told closed, and of them those told late

	yield
	joint joint
}

// replyKind is what an answer about a udp port was.
type replyKind uint8

const (
	replyOther     replyKind = iota
	replyRejected            // an ICMP error that targets and their firewalls limit
	replyToVariant           // a datagram of a port that is asked in several ways
)

// replyKind says what an answer with a reason is.
func (j *Job) replyKind(r endpoint.Reason) replyKind {
	switch r {
	case endpoint.PortUnreach, endpoint.NetProhibited, endpoint.HostProhibited, endpoint.AdminProhibited:
		return replyRejected
	}
	if j.Variants > 0 {
		return replyToVariant
	}
	return replyOther
}

// udpView is what a worker reads of an address whose udp ports are asked.
type udpView struct {
	elsewhere bool // what is asked from now on has to be alone
	void      bool // the silence in question says nothing
	slow      bool // one error a second may be all that there is
	limited   bool
	shared    bool // its limit may be that of a group
	shown     bool // that group has a limit, or loses much
	retry     Time // when an attempt would say something
	since     Time // a limit has been waited for
}

// limited says that the address limits how often it rejects.
func (r *icmpLimiter) limited() bool { return r.late >= lateLeast && lateOf*r.late >= r.closed }

// rejected notes that the n-th attempt at a port was, at now.
func (r *icmpLimiter) rejected(now Time, f outcome) {
	r.tick(now, alone, leastRejections)
	r.heard = true
	r.came(now, f.discounted > 0)
	if r.closed++; f.n > lateAfter {
		r.late++
	}
	if r.closed > rejectionMemory {
		r.closed, r.late = r.closed/2, r.late/2
	}
}

// exhausted reports whether an attempt sent at a time may have met no error of
// the address because too many were sent before.
func (r *icmpLimiter) exhausted(now, sent Time) bool {
	r.tick(now, alone, leastRejections)
	return r.heard && r.exhaustedBy(r.last, rejectionEvery, sent)
}

// wait notes at now that the address is waited for.
func (r *icmpLimiter) wait(now Time) {
	if r.since == 0 || now-r.waited > patienceAnew {
		r.since = now
	}
	r.waited = now
}

// noteReplyUDP is answered for an address whose udp ports are asked. The mutex is
// held.
func (a *address) noteReplyUDP(now Time, f outcome) {
	r := a.icmpLimiter
	limited := r.limited()
	if f.kind == replyRejected {
		a.rejectedJointly(now, f)
		r.rejected(now, f)
	}
	switch {
	case f.kind == replyToVariant:
		a.loss.noteReply(1)
	case f.kind != replyRejected:
		a.loss.noteReply(f.n)
	case !r.limited() && !r.joint.shared:
		a.loss.noteReply(f.n)
	default:
		if !limited {
			a.loss = loss{} // what seemed lost was not sent
		}
		a.loss.noteReply(max(f.n-f.discounted, 1))
	}
	a.window.open(1)
	if f.inFlight {
		a.window.inFlight--
	}
}

// noteTimeoutUDP is unanswered for such an address. The mutex is held.
func (a *address) noteTimeoutUDP(now Time, f outcome) view {
	if a.link.mayGrow(now, a.loss.heard()) {
		a.window.open(0.5)
	}
	r := a.icmpLimiter
	d := a.doubted(now, f)
	void := r.exhausted(now, f.sent)
	if void || d.void {
		r.wait(now)
	}
	v := a.view(now)
	v.udp.void, v.udp.retry = void || d.void, now.Add(rejectionPause)
	switch {
	case d.shared:
		v.udp.retry = d.retry
	case r.sure() == 0:
		v.udp.retry = max(now, r.last.Add(rejectionEvery))
	}
	return v
}

// view is what a worker reads of r; r may be nil.
func (r *icmpLimiter) view() (v udpView) {
	if r == nil {
		return v
	}
	return udpView{
		elsewhere: r.otherPort, limited: r.limited() || r.joint.limited(), since: r.since, shared: r.joint.shared && r.since != 0, shown: r.joint.shown,
		slow: r.heard && (r.sure() == 0 || r.limited()) || r.joint.shared,
	}
}

// markOtherPort notes that the address may answer from other ports.
func (a *address) markOtherPort() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.icmpLimiter != nil {
		a.icmpLimiter.otherPort = true
	}
}

// icmpLimited deals with a udp job whose silence says nothing: because its
// address may limit how often it says that a port is closed, or because an
// answer from another port could not be told. It returns false where silence is
// evidence. Whatever serves a port is asked in each way, and once more, before
// the port waits.
func (w *worker) icmpLimited(j *Job, v view) bool {
	u := v.udp
	mayWait := j.Attempts < math.MaxUint8-MaxRetries-1
	switch {
	case w.retries(j) >= 0:
		return false
	case u.elsewhere && j.exclusive == 0:
		j.discounted++
		j.phase = retransmit
		w.queue(j)
	case !u.void:
		// One error that was lost must not speak for several attempts.
		next := j.cur.sent.Add(rejectionEvery)
		if !u.slow || j.countedTimeouts() >= w.budget(j, v) || w.now >= next {
			return false
		}
		w.park(j, next)
	case int(j.Attempts) < 2+int(j.Variants):
		j.discounted++
		j.phase = retransmit
		w.queue(j)
	case mayWait && w.now.Sub(u.since) <= w.engine.opts.Patience:
		j.discounted++
		w.park(j, u.retry)
	case !u.limited:
		return false
	default:
		w.settle(j, endpoint.RateLimited, w.now)
	}
	return true
}

// outOfPatience reports whether an address which limits has been waited for as
// long as it may be. One whose group errors no longer come to is waited for a
// little more, since its silence is about to be believed.
func (w *worker) outOfPatience(a *address) bool {
	u := a.look(w.now).udp
	over := w.now.Sub(u.since) - w.engine.opts.Patience
	return u.limited && over > 0 || u.shared && over > time.Duration(patienceAnew)
}
