package probe

import (
	"math"
	"time"
)

const (
	// blackoutAfter is the evidence of a blackout: the probability that an address
	// which is up left its latest first probes unanswered is below e to the power of
	// minus this.
	blackoutAfter = 20
	// priorTimeouts is how many timeouts are added to the ones counted, so that a few
	// replies do not promise more.
	priorTimeouts = 32
	// blackoutPatience is the maximum duration of a blackout. After it, timeouts are
	// evidence again.
	blackoutPatience = 10 * time.Second
	// blackoutProbe is the interval of probes in a blackout, and blackoutProbes their
	// minimum number: time in which nothing was sent does not count as patience.
	blackoutProbe  = 100 * time.Millisecond
	blackoutProbes = 20
	// minRelapse is how long after the latest reply the timeouts of an address that had
	// a blackout may be another one: it is not detected while only endpoints are probed
	// that have timed out before. It is longer after long blackouts.
	minRelapse = 2 * time.Second
	// highLoss is the loss of the moment above which timeouts are not evidence: the
	// address is probed more slowly until it falls.
	highLoss = 0.5
	// lossBackoff is the pause between two probes of an endpoint at a loss above
	// congestedLoss: losses come in bursts, and probes in one burst count as one.
	lossBackoff = 100 * time.Millisecond
	// highLossPatience is how long after its first probe an endpoint's timeouts are
	// evidence in spite of high loss.
	highLossPatience = time.Minute
)

// blackout detects that an address which used to reply has stopped. Its timeouts are
// discounted meanwhile. Silent ports among others are not a blackout: only
// probes sent after the latest one that was replied to count. An address that replied to a of n
// first probes leaves m more unanswered with a probability of about (n ÷ (n + m))^a.
type blackout struct {
	missed  int           // timeouts since the latest reply
	replies float64       // replies to first probes until then
	tried   float64       // first probes until then
	lost    float64       // loss of the moment then
	latest  Time          // when the latest probe that was replied to was sent
	since   Time          // start of the blackout; 0: there is none
	probe   Time          // time of the next probe in it
	probes  int           // sent in it
	refused bool          // this machine refuses probes: one every 100 ms would only delay its errors
	longest time.Duration // of the blackouts that have ended
}

// noteTimeout records the timeout of a probe sent at sent, and reports whether the
// patience with a blackout is over.
func (b *blackout) noteTimeout(now, sent Time) (over bool) {
	if sent <= b.latest {
		return false
	}
	b.missed++
	b.refused = false
	if b.since == 0 && b.replies*math.Log1p(float64(b.missed)/b.tried) >= blackoutAfter {
		b.since, b.probe, b.probes = now, now, 0
	}
	return b.since != 0 && now.Sub(b.since) > blackoutPatience && b.probes >= blackoutProbes
}

// noteReply records a reply to a probe sent at sent, outside a blackout. r is what the
// address has replied recently.
func (b *blackout) noteReply(now, sent Time, r *recent) {
	first := r.first()
	*b = blackout{
		latest: max(b.latest, sent), lost: r.loss(now), longest: b.longest,
		replies: float64(first.replied), tried: float64(first.sent) + priorTimeouts,
	}
}

// recover ends a blackout after a reply to a probe sent at sent.
func (b *blackout) recover(sent Time) {
	b.longest = max(b.longest, sent.Sub(b.latest))
	b.missed, b.since, b.refused, b.latest = 0, 0, false, max(b.latest, sent)
}

// relapse returns until when timeouts of probes sent after the latest one that was
// replied to may be another blackout; 0 if there was none before.
func (b *blackout) relapse() Time {
	if b.longest == 0 {
		return 0
	}
	return b.latest.Add(min(max(minRelapse, 2*b.longest), blackoutPatience))
}

// allow reports whether a probe may be sent at now in a blackout, or else when.
func (b *blackout) allow(now Time) (ok bool, next Time) {
	if now < b.probe && !b.refused {
		return false, b.probe
	}
	b.probe = now.Add(blackoutProbe)
	b.probes++
	return true, 0
}

// cancel takes back a probe that was allowed at a time and not sent.
func (b *blackout) cancel(at Time) {
	if b.since != 0 && at >= b.since {
		b.probe, b.probes = at, max(b.probes-1, 0)
	}
}
