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
	ip    netip.Addr
	proto endpoint.Proto
	refs  atomic.Int32 // jobs submitted and not settled
	table *table

	mu          sync.Mutex
	rtt         estimate
	loss        loss
	recent      recent
	witness     *witness // nil: no reply has shown that the address is up
	probes      uint32   // sent, without canaries
	sent        Time     // latest of these
	window      window
	rate        *hostRate    // nil: no limit on the rate, nor on the duration
	presence    *presence    // nil: without Options.SkipSilent
	slotWaiters uint64       // workers, as bits, that wait for a slot, or for a sign of life
	link        onLink       // of an on-link address
	icmpLimiter *icmpLimiter // of UDP; nil: TCP
	late        lateness     // of TCP
	icmpErrors  icmpErrors   // of TCP
	hearing     Time         // end of the long listens, if it never replied
	longListens uint8        // so far
	groups      *groups      // that may share an ICMP limit; nil: TCP
	neighbor    string       // link-layer address of an on-link address, once known; UDP only
	unresolved  Time         // the link has no such address, until then
	replied     Time         // of the latest reply; before any, of the first probe

	lanes []lane // one per worker, used by that worker alone
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

// wake returns the workers that wait for a slot, or for the address, once, if they may
// continue. The mutex is held.
func (a *address) wake() (workers uint64) {
	if a.window.full() || a.holds() {
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
	late       bool          // the reply came after the timeout
	timedOut   int           // probes of the endpoint that have timed out
	slot       bool          // its endpoint counts in the window
	discounted int           // earlier probes whose timeout was not evidence
	kind       replyKind     // of a UDP reply
	from       netip.Addr    // sender of it
	variants   int           // requests that the UDP endpoint is probed with
	lost       int           // earlier probes of the endpoint that count as lost
	canary     bool
	icmp       bool          // the reply is an ICMP error
	limited    bool          // a limit may have held it back
	unjudged   span          // probes of the endpoint that may need witnesses
	shows      kind          // of a reply: the endpoint that it shows
	endpoint   known         // the endpoint
	oldest     Time          // when the probe replied to was sent at the earliest
	repeated   time.Duration // the system has retransmitted it after this time: rtt is an upper bound; 0: it has not
}

// noteReply records a reply that came at now and frees the slot of its endpoint.
func (a *address) noteReply(now Time, o *outcome) (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.replied = now
	a.measure(*o)
	wake = a.noteWitness(now, o)
	if o.canary {
		if o.slot {
			a.window.inFlight--
		}
		return wake | a.wake()
	}
	if a.icmpLimiter != nil {
		a.noteReplyUDP(now, o)
		return wake | a.wake()
	}
	switch {
	case o.icmp:
		o.limited = true
		if a.icmpErrors.note(now) {
			a.loss.noteReply(o.lost + 1)
			a.recent.add(now, o.n, true, a.rtt.timeout())
		}
		if !a.loss.replied() {
			a.loss.noteReply(1)
		}
	case o.late:
		a.recent.late(o.lost+1, o.timedOut)
		a.loss.noteReply(o.lost + 1)
	default:
		a.recent.add(now, o.n, true, a.rtt.timeout())
		a.loss.noteReply(o.lost + 1)
	}
	if a.window.noteReply(now, a.recent.loss(now), a.rtt.timeout()) {
		a.recent = recent{}
	}
	if o.slot {
		a.window.inFlight--
	}
	return wake | a.wake()
}

// measure records the RTT of a probe. A late one lengthens the RTO if it is little
// longer, as on a busy machine, or if late replies are common. An upper bound is better
// than no RTT. The mutex is held.
func (a *address) measure(o outcome) {
	known := a.rtt.smoothed != 0
	if o.rtt < 0 || o.repeated > 0 && known {
		return
	}
	if o.late && a.icmpLimiter == nil {
		repeat := a.mayBeRepeat(o.rtt)
		a.late.reply(o.n, o.rtt, repeat)
		if o.rtt > 2*a.rtt.timeout() {
			common := a.late.common()
			if known && !common {
				return
			}
			if !a.late.corrected && (common || !repeat) {
				a.recent = recent{} // the timeouts were too short, and are not evidence of loss
			}
			a.late.corrected = a.late.corrected || common
		}
	}
	a.rtt.add(o.rtt)
}

// noteTimeout records the timeout of a probe, and returns the workers to wake.
func (a *address) noteTimeout(now Time, o outcome) (v view, wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.noteFirst(&o, false)
	if a.icmpLimiter != nil {
		v = a.noteTimeoutUDP(now, o)
		a.judge(&v, now, o.unjudged)
		return v, a.wake()
	}
	if o.n == 1 {
		a.late.timeout()
	}
	if !a.holds() {
		a.recent.add(now, o.n, false, a.rtt.timeout())
	}
	if replied := a.loss.replied(); a.link.mayGrow(now, replied) {
		a.window.noteTimeout(a.recent.loss(now), replied)
	}
	v = a.view(now)
	a.judge(&v, now, o.unjudged)
	return v, a.wake()
}

// view is a copy of what a worker needs to know of an address.
type view struct {
	replied     bool          // it has replied before
	timeout     time.Duration // for the reply to one probe
	listen      time.Duration // for a late reply to an endpoint's first probe
	longListens uint8         // endpoints that listened for their whole timeout, if it never replied
	hearing     Time          // end of those that do
	loss        loss          // of the whole run
	lost        float64       // loss of the moment
	highLoss    bool          // the loss of the moment is so high that timeouts are not evidence
	state       liveness      // whether it still replies
	alive       Time          // when the latest probe that it replied to was sent
	relapse     Time          // until then it may be dark again
	evidence    evidence      // whether probes without a reply are evidence, if that was asked
	inDark      bool          // one of them was sent while it did not reply
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
	v := view{
		replied: replied, timeout: a.rtt.timeout(), listen: a.late.listen(),
		longListens: a.longListens, hearing: a.hearing,
		loss: a.loss, lost: lost, highLoss: lost > highLoss,
		unseen:    a.link.is && !replied,
		resolving: !a.link.mayGrow(now, replied),
		udp:       a.icmpLimiter.view(),
	}
	if x := a.witness; x != nil {
		v.state, v.alive, v.relapse = x.state, x.replied[0].to, x.relapse
	}
	return v
}

// endpoint returns an endpoint of the address.
func (a *address) endpoint(port uint16) netip.AddrPort { return netip.AddrPortFrom(a.ip, port) }
