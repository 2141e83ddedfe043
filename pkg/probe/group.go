package probe

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"time"
)

const (
	// enoughChances is the evidence that silence requires: the probability that a
	// limit alone explains it has to be below e to the power of minus this.
	enoughChances = 8
	// quietChance is the evidence of a retry during which no address of the group
	// was rejected. Two suffice, as at an address outside any group.
	quietChance = 4
	// limitedChance replaces quietChance in a group whose retries were rejected: there
	// is a limit, and its errors may be lost as well.
	limitedChance = 2.7
	// chanceMemory is the number of retries from which the probability of a
	// rejection is estimated, minChances the minimum for an estimate.
	chanceMemory = 64
	minChances   = 8
	evenChance   = 0.5
	// othersEvery is how long errors about other addresses explain a silence: twice
	// the interval of a limit, so that a lost error does not look like a pause.
	othersEvery = 2 * rejectionEvery
	// steadyAfter is the time after which errors without a pause are no longer the
	// initial burst of a limit.
	steadyAfter = 2 * time.Second
	// maxSpread is the maximum delay until an address tries to retry again.
	maxSpread = time.Second
)

// group is a set of addresses that may share a limit on ICMP errors: that of the
// machine they belong to (Linux limits per destination of the error, icmp(7)), or
// that of the router that rejects for all of them.
//
// While errors about one address of a group arrive, the silence of another is not
// evidence. Its endpoints are retried at the pace of the group and in random
// order, so that every retry has the same probability of a rejection. An address
// that was never rejected while others were is concluded silent once that
// probability makes the limit an unlikely explanation.
type group struct {
	into *group // group that has absorbed this one; nil: none
	yield

	about   netip.Addr // address that the latest error is about
	other   Time       // arrival of the latest error about another address
	members int        // addresses that have waited for the group
	shown   bool       // a retry was rejected: there is a limit, or loss
	chances tally      // paced retries at addresses that have rejected before
	inEpoch tally      // of these, the ones in the current epoch
	steady  steady
}

// tally counts probes, and those of them that were rejected. Older ones fade.
type tally struct{ probes, rejected float32 }

func (c *tally) add(rejected bool, memory float32) {
	c.probes++
	if rejected {
		c.rejected++
	}
	if c.probes > memory {
		c.probes, c.rejected = c.probes/2, c.rejected/2
	}
}

// prob returns the probability that a probe is rejected; unknown if fewer than enough
// were counted.
func (c *tally) prob(enough float32) float64 {
	if c.probes < enough {
		return unknown
	}
	return float64(c.rejected / (c.probes + 1))
}

// steady compares first and later probes while errors arrive without a pause.
type steady struct {
	since        Time  // start of errors without a pause
	first, later tally // probes of their endpoints
}

// counts reports whether a probe at now is evidence about a limit: the initial burst is
// over, and errors still arrive.
func (s *steady) counts(now, last Time) bool {
	return s.since != 0 && now < last.Add(rejectionEvery) && now.Sub(s.since) >= steadyAfter
}

// add counts a probe.
func (s *steady) add(first, rejected bool) {
	if first {
		s.first.add(rejected, rejectionMemory)
	} else {
		s.later.add(rejected, rejectionMemory)
	}
}

// unlimited reports whether the group has no limit: with one, later probes would be
// rejected as often as first ones. After loss, only second ones are.
func (s *steady) unlimited() bool {
	rejected := s.first.rejected + s.later.rejected
	return 8*s.later.rejected <= rejected &&
		float64(rejected)*math.Log1p(float64(s.later.probes/max(s.first.probes, 1))) >= enoughChances
}

// tried is a probe as a group sees it.
type tried struct {
	sent      Time
	first     bool // the endpoint's first
	paced     bool // made at the group's pace
	known     bool // its address has rejected before
	concluded bool // its address is concluded silent, see joint
	passed    int  // its endpoint's retries without a rejection
}

// tick ends the epoch after its duration. What was rejected at another pace does not
// decide about the next one.
func (g *group) tick(now Time) {
	if g.yield.tick(now, g.inEpoch.prob(1), g.minPace()) {
		g.inEpoch = tally{}
	}
}

// minPace returns the minimum pace in retries per second: the last few addresses of
// a group must not slow each other down.
func (g *group) minPace() float64 { return min(max(float64(g.members), 2), minPaceICMP) }

// countRetry counts a paced retry at an address that has rejected before.
func (g *group) countRetry(rejected bool) {
	g.chances.add(rejected, chanceMemory)
	g.inEpoch.add(rejected, chanceMemory)
}

// rejected counts an error about an address.
func (g *group) rejected(now Time, about netip.Addr, t tried) {
	g.tick(now)
	if g.steady.since == 0 || now >= g.last.Add(rejectionEvery) {
		g.steady.since = now
	}
	if g.steady.counts(now, g.last) {
		g.steady.add(t.first, true)
	}
	if t.paced && t.known {
		g.countRetry(true)
	}
	if g.about.IsValid() && g.about != about {
		g.other = g.last
	}
	g.about = about
	g.shown = g.shown || !t.first
	g.noteError(now, t.paced)
}

// othersError returns when the latest error about another address than ip arrived,
// which the limit may have allowed instead; 0: never. If no other address waits, errors
// about ip concern its own limit.
func (g *group) othersError(ip netip.Addr) Time {
	if g.about == ip && g.members == 0 {
		return g.other
	}
	return g.last
}

// noteTimeout counts the timeout of a probe to ip and judges it.
func (g *group) noteTimeout(now Time, ip netip.Addr, t tried) judgment {
	g.tick(now)
	if g.steady.counts(now, g.last) {
		g.steady.add(t.first, false)
	}
	if t.paced && t.known {
		g.countRetry(false)
	}
	d := silence{
		explained: g.exhaustedBy(g.othersError(ip), othersEvery, t.sent), unlimited: g.steady.unlimited(),
		shown: g.shown, concluded: t.concluded || g.enough(t.passed), paced: t.paced, prob: g.chances.prob(minChances),
	}.judge()
	d.shared = d.shared && (d.noEvidence || g.members > 0)
	d.shown = d.shared && g.shown
	d.retry = now
	if !t.paced {
		d.retry = max(now, g.last.Add(othersEvery))
	}
	return d
}

// enough reports whether a number of retries without a rejection suffices to
// conclude that an endpoint is silent.
func (g *group) enough(passed int) bool {
	p := g.chances.prob(minChances)
	return p > 0 && -float64(passed)*math.Log1p(-p) >= enoughChances
}

// silence is the facts about a probe that timed out.
type silence struct {
	explained bool    // the limit may have allowed errors about other addresses instead
	unlimited bool    // the group has no limit
	shown     bool    // retries of the group were rejected
	concluded bool    // as in tried
	paced     bool    // as in tried
	prob      float64 // probability that a paced retry is rejected; unknown
}

// judgment is the conclusion of a group from a timeout.
type judgment struct {
	shared     bool    // the limit may be shared: retries follow the group's pace
	shown      bool    // retries of the group were rejected
	noEvidence bool    // not evidence about the endpoint
	weight     float32 // evidence toward enoughChances
	retry      Time    // time of the next retry
}

func (s silence) judge() judgment {
	switch {
	case s.unlimited || s.concluded:
		return judgment{}
	case !s.explained:
		if s.shown {
			return judgment{shared: true, weight: limitedChance}
		}
		return judgment{shared: true, weight: quietChance}
	case s.paced && s.prob > 0:
		return judgment{shared: true, noEvidence: true, weight: float32(-math.Log1p(-s.prob))}
	}
	return judgment{shared: true, noEvidence: true}
}

// allow reports whether a retry may be sent at now, or else when to ask again: at a
// random time, so that no address is always too late.
func (g *group) allow(now Time) (ok bool, next Time) {
	g.tick(now)
	if g.pace.rate == 0 {
		g.setPace(max(g.minPace(), rejectionSurplus*float64(g.before+g.count), float64(g.members)))
	}
	if ok, next = g.yield.allow(now); ok {
		return true, 0
	}
	spread := 2 * float64(g.members) / g.pace.rate * float64(time.Second)
	return false, next.Add(time.Duration(rand.Float64() * min(spread, float64(maxSpread))))
}

// join merges the evidence of another group into g.
func (g *group) join(o *group) {
	g.members += o.members
	if o.last > g.last {
		o.members, o.into, o.shown = g.members, nil, o.shown || g.shown
		*g = *o
	}
	o.into = g
}
