package probe

import (
	"errors"
	"time"

	"portkit/pkg/endpoint"
)

// onReply settles the job that a replies to, unless it was settled before.
func (w *worker) onReply(a *Reply) {
	if a.FromOtherPort {
		w.engine.table.replyFromOtherPort(a.From)
	}
	if a.FromOtherPort || a.EchoReply {
		w.engine.Received(a.From)
		return
	}
	if int(a.ID.Slot) >= len(w.jobs) || w.gens[a.ID.Slot] != a.ID.Gen {
		w.engine.Received(a.From) // too late for the endpoint
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
	if j.replyKind(a.Reason) == replyRejected {
		w.resolveNeighbor(j.address)
	}
	if j.isFrom(a) {
		w.engine.receivedFrom(j.address.presence)
	}
	if j.cur.long {
		w.vainListens = 0
	}
	o := w.replied(j, a)
	if j.phase.inFlight() {
		w.inFlight--
	}
	w.wake(j.address, j.address.noteReply(a.At, &o))
	if a.Unresolved {
		j.address.markUnresolved(a.At)
	}
	if j.role == roleCanary {
		w.onCanaryReply(j, &o)
		return
	}
	w.counts.Replied.add(1)
	n := o.lost + 1
	switch { // probes that an ICMP limit left unanswered were not lost
	case o.limited:
		n = 1
	case j.address.icmpLimiter != nil:
		n = max(o.n-int(j.discounted), 1)
	}
	w.counts.Probes.add(int64(n))
	w.takeOff(j)
	w.deliver(j, a.Reason, a.At)
}

// replied returns the outcome of the probe that a replies to, and sets j's RTT.
func (w *worker) replied(j *Job, a *Reply) outcome {
	n := int(a.N)
	if n == 0 {
		n = int(j.Attempts)
	}
	sent := j.sentAt(n)
	rtt, repeated := w.measureRTT(j, a, sent)
	timedOut := int(j.Attempts)
	if j.phase == outstanding && !j.extended {
		timedOut--
	}
	o := outcome{
		n: n, sent: max(sent, j.first), oldest: max(sent, j.first), rtt: rtt, repeated: repeated,
		canary: j.role == roleCanary, shows: kindOf(j, a.Reason), endpoint: known{j.To.Port(), uint8(n), j.Variants},
		late: n <= timedOut && !(j.extended && n == timedOut), timedOut: timedOut,
		slot:       j.phase.inFlight() || j.phase == lingering && w.countsLingering(),
		discounted: int(j.discounted), kind: j.replyKind(a.Reason), icmp: a.Reason.IsICMP(), from: a.From, variants: int(j.Variants),
	}
	if o.canary {
		return o // its number does not count probes
	}
	if n > 1 {
		o.lost = w.lostProbes(j, n, rtt)
	}
	if a.N == 0 {
		o.oldest = j.first // it may be the reply to any of the probes
	}
	return o
}

// onLocalError undoes the latest probe. An error about an earlier one is ignored,
// since another was sent after it.
func (w *worker) onLocalError(j *Job, a *Reply) {
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
	j.unjudged = max(j.unjudged, 1) - 1
	w.counts.Attempts.add(-1)
	if errors.Is(a.Err, ErrBusy) {
		j.phase = waiting
		w.wheel.add(j, w.now)
		return
	}
	w.localError(j, a.Err)
}

// maxResends is how many ICMP errors about its packets an endpoint is probed again
// for. Further ones are treated as no reply.
const maxResends = 3

// resend replaces j's latest probe, which was not delivered and is not evidence.
func (w *worker) resend(j *Job) {
	if j.discounted >= maxResends {
		return
	}
	w.takeOff(j)
	j.discounted++
	j.phase = retransmit
	w.queue(j)
}

// measureRTT sets j's RTT from the reply to a probe sent at sent. Of several probes
// the reply has to name the one that it replies to (Karn's algorithm, RFC 6298 section
// 3). It returns the RTT to learn from, negative if there is none, and after which time
// the system has retransmitted the probe, which makes it an upper bound; 0 if it has not.
func (w *worker) measureRTT(j *Job, a *Reply, sent Time) (rtt, repeated time.Duration) {
	if sent >= 0 && (a.N != 0 || j.Attempts == 1) {
		j.RTT = max(a.At.Sub(sent), 0)
	}
	if a.RTT > 0 {
		j.RTT = a.RTT
	} else if first := w.engine.opts.firstRepeat(); j.Proto == endpoint.TCP && first > 0 && j.RTT >= first {
		repeated = first // the reply may be to the retransmission
	}
	if a.Unresolved { // a report of this machine
		j.RTT, j.TTL = -1, 0
	}
	rtt = j.RTT
	if sent < w.pollResumed {
		rtt = -1 // a stall of this machine is not part of the network's RTT
	}
	if repeated > 0 {
		j.RTT = -1
	}
	return rtt, repeated
}
