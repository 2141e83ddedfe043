package probe

import (
	"time"

	"portkit/pkg/endpoint"
)

const (
	// rejectionEvery is the maximum interval of the ICMP errors of a target that
	// limits them: Linux sends one per second to an address, after a burst of six
	// (icmp(7), icmp_ratelimit; RFC 1812 section 4.3.2.8 and RFC 4443 section 2.4
	// require such a limit). A probe sent this long after the latest error, and before
	// the next, would have been rejected if its port were closed.
	rejectionEvery = 1100 * time.Millisecond
	// rejectionBurst is more than any limit allows at once after a pause (Linux: 50,
	// icmp_msgs_burst). What comes in a second beyond that is the limit's rate.
	rejectionBurst = 64
	// rejectionEpoch is the time over which errors are counted for a rate.
	rejectionEpoch = Time(time.Second)
	// rejectionPause is the interval of retransmissions to a port of an address that
	// sends more than one error per second.
	rejectionPause = 250 * time.Millisecond
	// rejectionSurplus is the pace of such an address as a multiple of its rate of
	// errors, so that silent ports do not leave errors unused. leastRejections is the
	// minimum pace per second.
	rejectionSurplus = 4
	minPaceICMP      = 8
	// An address has a limit if one in lateOf of its closed ports, and at least
	// lateLeast, were rejected only after more than lateAfter probes: loss alone
	// rarely does that. A loss of p leaves p ÷ (1 − p) times as many of them as were
	// rejected at the second probe, a limit far more: more than lateRatio times, once
	// lateSure ports are known.
	lateAfter = 2
	lateLeast = 2
	lateOf    = 5
	lateRatio = 2
	lateSure  = 40
	// rejectionMemory is the number of closed ports that are remembered.
	rejectionMemory = 256
	// patienceAnew is the time without waiting for an address after which its
	// patience starts again.
	patienceAnew = Time(5 * time.Second)
)

// icmpLimiter records how an address rejects probes to closed UDP ports.
// Most systems limit the rate of their ICMP errors. A timeout is then no evidence,
// unless the limit would have allowed an error for that probe.
type icmpLimiter struct {
	rejects   bool // it has rejected probes
	otherPort bool // it may reply from other ports than those probed
	since     Time // start of the wait for it
	waited    Time // latest time at which it was waited for

	closed, second, late float32 // ports rejected, those at their second probe, and those after it

	yield
	joint joint
}

// replyKind distinguishes replies from UDP ports.
type replyKind uint8

const (
	replyOther     replyKind = iota
	replyRejected            // an ICMP error that targets and firewalls limit
	replyToVariant           // a datagram, of a port that is probed with several requests
)

// replyKind returns the kind of a reply with a reason.
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

// udpView is the part of a view that concerns UDP.
type udpView struct {
	otherPort    bool // further probes need a socket of their own
	noEvidence   bool // the timeout is not evidence
	paced        bool // one lost error must not count for several probes
	limited      bool // there is a limit
	shared       bool // it may be that of a group, which then sets the pace
	groupLimited bool // the group has a limit, or a high loss
	retry        Time // when a probe would be evidence
	since        Time // start of the wait for a limit
}

// limited reports whether the address limits its errors.
func (l *icmpLimiter) limited() bool {
	mayBeLoss := l.closed >= lateSure && l.late <= lateRatio*l.second
	return l.late >= lateLeast && lateOf*l.late >= l.closed && !mayBeLoss
}

// rejected records an error for a probe.
func (l *icmpLimiter) rejected(now Time, o outcome) {
	l.tick(now, alone, minPaceICMP)
	l.rejects = true
	l.noteError(now, o.discounted > 0)
	switch l.closed++; {
	case o.lost+1 > lateAfter:
		l.late++
	case o.lost+1 == lateAfter:
		l.second++
	}
	if l.closed > rejectionMemory {
		l.closed, l.second, l.late = l.closed/2, l.second/2, l.late/2
	}
}

// exhausted reports whether the limit may explain that the probe sent at sent was not
// rejected.
func (l *icmpLimiter) exhausted(now, sent Time) bool {
	l.tick(now, alone, minPaceICMP)
	return l.rejects && l.exhaustedBy(l.last, rejectionEvery, sent)
}

// wait records at now that the address is waited for.
func (l *icmpLimiter) wait(now Time) {
	if l.since == 0 || now-l.waited > patienceAnew {
		l.since = now
	}
	l.waited = now
}

// view returns the view of l, which may be nil.
func (l *icmpLimiter) view() (v udpView) {
	if l == nil {
		return v
	}
	return udpView{
		otherPort: l.otherPort, since: l.since,
		limited: l.limited() || l.joint.limited(),
		shared:  l.joint.shared && l.since != 0, groupLimited: l.joint.shown,
		paced: l.rejects && (l.minRate() == 0 || l.limited()) || l.joint.shared,
	}
}

// noteReplyUDP is noteReply for UDP. The mutex is held.
func (a *address) noteReplyUDP(now Time, o *outcome) {
	l := a.icmpLimiter
	limited := l.limited()
	if o.kind == replyRejected {
		a.rejectedJointly(now, *o)
		l.rejected(now, *o)
	}
	switch {
	case o.kind == replyToVariant:
		a.loss.noteReply(1)
	case o.icmp && o.kind != replyRejected: // a router's
		o.limited = true
		a.loss.noteReply(1)
	case o.kind != replyRejected:
		a.loss.noteReply(o.lost + 1)
	case !l.limited() && !l.joint.shared:
		a.loss.noteReply(o.lost + 1)
	default:
		o.limited = true
		if !limited {
			a.loss = loss{} // what looked lost was held back by the limit
		}
		a.loss.noteReply(max(o.n-o.discounted, 1))
	}
	a.window.open(1)
	if o.slot {
		a.window.inFlight--
	}
}

// noteTimeoutUDP is noteTimeout for UDP. The mutex is held.
func (a *address) noteTimeoutUDP(now Time, o outcome) view {
	if a.link.mayGrow(now, a.loss.replied()) {
		a.window.open(0.5)
	}
	l := a.icmpLimiter
	d := a.judgeTimeout(now, o)
	void := !a.holds() && l.exhausted(now, o.sent)
	if void || d.noEvidence {
		l.wait(now)
	}
	v := a.view(now)
	v.udp.noEvidence, v.udp.retry = void || d.noEvidence, now.Add(rejectionPause)
	switch {
	case d.shared:
		v.udp.retry = d.retry
	case l.minRate() == 0:
		v.udp.retry = max(now, l.last.Add(rejectionEvery))
	}
	return v
}

// reserveRetry reserves a retransmission at the ICMP limit of the address, or of its
// group, and reports whether it may be sent, or else when to try again. The mutex is
// held.
func (a *address) reserveRetry(r *reservation) (next Time, ok bool) {
	l := a.icmpLimiter
	if l.joint.shared && !l.joint.concluded {
		l.waited = r.at
		r.group, next = a.groups.allow(r.at, a.member())
		return next, r.group
	}
	l.tick(r.at, alone, minPaceICMP)
	r.retry, next = l.allow(r.at)
	return next, r.retry
}

// markOtherPort records that the address may reply from other ports.
func (a *address) markOtherPort() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.icmpLimiter != nil {
		a.icmpLimiter.otherPort = true
	}
}

// outOfPatience reports whether an address with a limit has been waited for as long as
// --udp-patience allows. One whose group no longer receives errors is waited for a
// little longer, since it is about to be concluded silent.
func (w *worker) outOfPatience(a *address) bool {
	u := a.look(w.now).udp
	over := w.now.Sub(u.since) - w.engine.opts.Patience
	return u.limited && over > 0 || u.shared && over > time.Duration(patienceAnew)
}
