package probe

import (
	"math"
	"time"

	"portkit/pkg/endpoint"
)

// facts is all that a decision after a timeout depends on.
type facts struct {
	view
	now         Time
	sent        Time // when the latest probe was sent
	silentAfter Time // earliest conclusion of silence, minSilence after the first probe
	lingerEnd   Time // until then a late reply to the latest probe may be listened for
	deadline    Time // end of the maximum timeout of the latest probe

	probes    int // sent
	voided    int // of these, the ones without witnesses
	unjudged  int // the ones whose witnesses are waited for
	counted   int // sent, and evidence if unanswered
	budget    int // unanswered probes that silence requires
	exclusive int // sent from a socket of their own
	variants  int

	assumedLoss float64  // of probes to the address
	neighbor    Neighbor // of an on-link address that never replied

	isUDP     bool
	adaptive  bool          // --retries auto: timeouts may be discounted
	mayListen bool          // the socket may be kept for the whole timeout
	patience  time.Duration // --udp-patience
}

// action is an effect that a step has.
type action uint8

const (
	resendNow     action = iota // retransmit, keep the slot
	resendLater                 // free the slot, wait until a time, then continue
	resendPaced                 // free the slot, retransmit when the address allows it
	extendTimer                 // wait on for the reply, keep the slot
	awaitNeighbor               // the same, while the system resolves the address
	listenOn                    // wait on until a time, free the slot, keep the socket
	listenLong                  // the same; other endpoints of the address are not settled before
	awaitWitness                // free the slot, wait for what a canary shows
	settleSilent                // the endpoint does not reply
	settleReason                // settle with the reason of the step
)

// step is a decision.
type step struct {
	do       action
	until    Time
	discount bool // the timeout is not evidence
	reason   endpoint.Reason
}

// decide returns what follows the timeout of an endpoint's latest probe.
//
// The order of the cases is: what discounts the timeout, what continues the search for
// evidence, what the conclusion still waits for. Silence is concluded last.
func (f *facts) decide() step {
	if f.neighbor == NeighborMissing || f.neighbor == NeighborSought && !f.resolving {
		return step{do: settleReason, reason: endpoint.HostUnreach}
	}
	if f.neighbor == NeighborSought {
		return step{do: awaitNeighbor}
	}
	left := f.budget - f.counted
	switch {
	case f.lost():
		return step{do: settleReason, reason: endpoint.HostLost}
	case f.state != alive && left > 0:
		return step{do: resendPaced}
	case f.state != alive && !f.adaptive && f.now < f.silentAfter:
		return step{do: resendLater, until: f.silentAfter} // listens: no probe replaces this one
	case f.state != alive:
		return step{do: awaitWitness}
	}
	if f.isUDP && f.adaptive {
		if s, ok := f.decideICMP(); ok {
			return s
		}
	}
	rested := f.now >= f.silentAfter
	switch {
	case f.mustWait():
		return step{do: awaitWitness}
	case f.adaptive && f.mayDiscount() && f.highLoss:
		return step{do: resendLater, until: f.now.Add(minSilence / 2), discount: true}
	case f.resolving && f.now < f.deadline:
		return step{do: extendTimer}
	case left > 0 && rested && (f.now < f.relapse || f.assumedLoss > congestedLoss):
		return step{do: resendLater, until: f.now.Add(lossBackoff)}
	case left > 0 && (rested || f.probes-f.voided != f.quickProbes()):
		return step{do: resendNow}
	case left > 0 || f.replied && !rested:
		return step{do: resendLater, until: f.silentAfter}
	case !f.replied && f.now < f.deadline && f.mayListen:
		return step{do: listenLong, until: f.deadline}
	case !f.replied && f.now < f.lingerEnd:
		return step{do: listenOn, until: f.lingerEnd}
	case f.now < f.concludeAt():
		return step{do: resendLater, until: f.concludeAt()}
	}
	return f.conclude()
}

// conclude returns what follows once enough probes may have been sent. Without a witness
// that is another one, or a wait for one.
func (f *facts) conclude() step {
	switch {
	case f.lost():
		return step{do: settleReason, reason: endpoint.HostLost}
	case f.mustWait():
		return step{do: awaitWitness}
	case f.counted < f.budget:
		return step{do: resendNow}
	case f.state != alive || f.unjudged > 0 && f.evidence.isOpen():
		return step{do: awaitWitness}
	case f.inDark && !f.adaptive:
		return step{do: settleReason, reason: endpoint.HostLost}
	}
	return step{do: settleSilent}
}

// mustWait reports whether no further probe helps before a canary shows whether those sent
// are evidence: it would not be in their span.
func (f *facts) mustWait() bool { return f.adaptive && f.unjudged > 0 && f.evidence == awaited }

// lost reports whether the port cannot be judged: its address is gone, or has failed to
// reply too often while it was probed.
func (f *facts) lost() bool {
	return f.state == gone || f.voided > 0 && f.counted < f.budget && !f.countable()
}

// decideICMP decides about a UDP endpoint whose timeout may not be evidence: its
// address may limit its ICMP errors, or the reply may have come from a port that
// cannot be attributed. ok is false if the timeout is evidence.
func (f *facts) decideICMP() (s step, ok bool) {
	u := &f.udp
	switch {
	case u.otherPort && f.exclusive == 0:
		return step{do: resendNow, discount: true}, true
	case !u.noEvidence:
		// One lost ICMP error must not count for several probes.
		next := f.sent.Add(rejectionEvery)
		wait := u.paced && f.counted < f.budget && f.now < next
		return step{do: resendLater, until: next}, wait
	case f.probes < 2+f.variants:
		// Each variant is sent once, and the first again, before the port waits.
		return step{do: resendNow, discount: true}, true
	case f.countable() && f.now.Sub(u.since) <= f.patience:
		return step{do: resendLater, until: u.retry, discount: true}, true
	case u.limited:
		return step{do: settleReason, reason: endpoint.RateLimited}, true
	}
	return step{}, false
}

// mayDiscount reports whether another timeout may be ignored as evidence.
func (f *facts) mayDiscount() bool {
	return f.now < f.silentAfter.Add(highLossPatience) && f.countable()
}

// countable reports whether the 8-bit number of probes leaves room for the ones that
// silence may require.
func (f *facts) countable() bool { return f.probes < math.MaxUint8-MaxRetries-1 }

// quickProbes returns how many probes follow each other without a pause.
func (f *facts) quickProbes() int {
	if f.replied {
		return 2
	}
	return 1
}

// concludeAt returns the earliest time at which silence may be concluded.
func (f *facts) concludeAt() Time {
	if f.replied {
		return f.silentAfter
	}
	return max(f.silentAfter, f.hearing)
}
