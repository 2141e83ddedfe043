package probe

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"portkit/pkg/endpoint"
)

// address is the state of one address and protocol. All workers share it behind a
// mutex that is never held across a system call.
type address struct {
	ip   netip.Addr
	refs atomic.Int32 // jobs submitted and not settled

	mu          sync.Mutex
	rtt         estimate
	loss        loss
	recent      recent
	blackout    blackout
	window      window
	rate        *hostRate    // nil: no limit on the rate, nor on the duration
	presence    *presence    // nil: without Options.SkipSilent
	slotWaiters uint64       // workers, as bits, that wait for a slot
	link        onLink       // of an on-link address
	icmpLimiter *icmpLimiter // of UDP; nil: TCP
	late        lateness     // of TCP
	hearing     Time         // end of the long listens, if it never replied
	longListens uint8        // so far
	groups      *groups      // that may share an ICMP limit; nil: TCP
	neighbor    string       // link-layer address of an on-link address, once known; UDP only
	unresolved  Time         // the link has no such address, until then
	replied     Time         // of the latest reply; before any, of the first probe

	lanes []lane // one per worker, used by that worker alone
}

// proto returns the protocol of the state.
func (a *address) proto() endpoint.Proto {
	if a.icmpLimiter != nil {
		return endpoint.UDP
	}
	return endpoint.TCP
}

// overdue reports whether the first probe to an address was sent longer ago than
// limit; 0: no limit.
func (a *address) overdue(limit time.Duration, now Time) bool {
	if limit <= 0 || a.rate == nil {
		return false
	}
	a.rate.mu.Lock()
	defer a.rate.mu.Unlock()
	return a.rate.first != 0 && now.Sub(a.rate.first) >= limit
}

// release frees a slot and returns the workers to wake.
func (a *address) release() (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.window.inFlight--
	return a.wake()
}

// wake returns the workers that wait for a slot, once, if there is one now. The mutex
// is held.
func (a *address) wake() (workers uint64) {
	if a.window.full() {
		return 0
	}
	workers, a.slotWaiters = a.slotWaiters, 0
	return workers
}

// outcome is a probe that was replied to, or has timed out.
type outcome struct {
	n          int // number of the probe
	sent       Time
	rtt        time.Duration // negative: unknown
	upperBound bool          // of rtt: the system has retransmitted the probe
	late       bool          // the reply came after the timeout
	timedOut   int           // probes of the endpoint that have timed out
	slot       bool          // its endpoint counts in the window
	discounted int           // earlier probes whose timeout was not evidence
	kind       replyKind     // of a UDP reply
	from       netip.Addr    // sender of it
	variants   int           // requests that the UDP endpoint is probed with
}

// noteReply records a reply that came at now and frees the slot of its endpoint.
func (a *address) noteReply(now Time, o outcome) (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.replied = now
	a.measure(o)
	if a.icmpLimiter != nil {
		a.noteReplyUDP(now, o)
		return a.wake()
	}
	if o.late {
		a.recent.late(o.n, o.timedOut)
	} else {
		a.recent.add(now, o.n, true, a.rtt.timeout())
	}
	if a.blackout.since != 0 {
		if a.blackout.lost <= congestedLoss {
			a.recent = recent{} // timeouts in a blackout are not evidence of loss
		}
		a.blackout.recover(o.sent)
	} else {
		a.blackout.noteReply(now, o.sent, &a.recent)
	}
	a.loss.noteReply(o.n)
	if a.window.noteReply(now, a.recent.loss(now), a.rtt.timeout()) {
		a.recent = recent{}
	}
	if o.slot {
		a.window.inFlight--
	}
	return a.wake()
}

// measure records the RTT of a probe. A late one lengthens the RTO if it is little
// longer, as on a busy machine, or if late replies are common. An upper bound is better
// than no RTT. The mutex is held.
func (a *address) measure(o outcome) {
	if o.rtt < 0 || o.upperBound && a.rtt.smoothed != 0 {
		return
	}
	if o.late && a.icmpLimiter == nil && !a.mayBeRepeat(o.rtt) {
		a.late.reply(o.n, o.rtt)
		if a.rtt.smoothed != 0 && o.rtt > 2*a.rtt.timeout() && !a.late.common() {
			return
		}
	}
	a.rtt.add(o.rtt)
}

// noteTimeout records the timeout of a probe, and returns the workers to wake.
func (a *address) noteTimeout(now Time, o outcome) (v view, wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.icmpLimiter != nil {
		return a.noteTimeoutUDP(now, o), a.wake()
	}
	if o.n == 1 {
		a.late.timeout()
	}
	if o.n == 1 || a.blackout.since != 0 {
		if a.blackout.noteTimeout(now, o.sent) {
			a.blackout, a.recent = blackout{latest: now, longest: a.blackout.longest}, recent{}
		}
	}
	a.recent.add(now, o.n, false, a.rtt.timeout())
	if replied := a.loss.replied(); a.link.mayGrow(now, replied) {
		a.window.noteTimeout(a.recent.loss(now), replied)
	}
	return a.view(now), a.wake()
}

// view is a copy of what a worker needs to know of an address.
type view struct {
	replied     bool          // it has replied before
	timeout     time.Duration // for the reply to one probe
	listen      time.Duration // for a late reply to an endpoint's first probe
	longListens bool          // it never replied, and more endpoints may listen for their whole timeout
	hearing     Time          // end of those that do
	loss        loss          // of the whole run
	lost        float64       // loss of the moment
	blackout    bool          // it used to reply and has stopped
	highLoss    bool          // the loss of the moment is so high that timeouts are not evidence
	alive       Time          // when the latest probe that it replied to was sent
	relapse     Time          // until then a timeout may be another blackout
	unseen      bool          // it is on-link and never replied
	resolving   bool          // the system may still be resolving it
	udp         udpView
}

// look returns a view of the address.
func (a *address) look(now Time) view {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.view(now)
}

// view returns a view of the address. The mutex is held.
func (a *address) view(now Time) view {
	lost, replied := a.recent.loss(now), a.loss.replied()
	return view{
		replied: replied, timeout: a.rtt.timeout(), listen: a.late.listen(),
		longListens: a.longListens < maxLongListens, hearing: a.hearing,
		loss: a.loss, lost: lost, highLoss: lost > highLoss,
		blackout: a.blackout.since != 0, alive: a.blackout.latest, relapse: a.blackout.relapse(),
		unseen:    a.link.is && !replied,
		resolving: !a.link.mayGrow(now, replied),
		udp:       a.icmpLimiter.view(),
	}
}
