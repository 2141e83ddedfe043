package probe

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"time"
)

const (
	// enoughChances is the evidence that silence requires: the probability that a
	// limit alone explains it must be below e to the power of minus this.
	enoughChances = 8
	// quietChance is the evidence of a retry during which no address of the group
	// was rejected. Two suffice, as at an address outside any group.
	quietChance = 4
	// limitedChance replaces quietChance in a group whose retries were rejected: it
	// has a limit, and its errors may be lost as well.
	limitedChance = 2.7
	// chanceMemory is the number of retries from which the probability of a
	// rejection is estimated, leastChances the minimum.
	chanceMemory = 64
	leastChances = 8
	evenChance   = 0.5
	// othersEvery is how long errors about other addresses explain a silence: twice
	// the interval of a limit, so that a lost error does not look like a pause.
	othersEvery = 2 * rejectionEvery
	// steadyAfter is the time after which errors without a pause are no longer the
	// initial burst of a limit.
	steadyAfter = 2 * time.Second
	// mostSpread is the maximum delay until an address asks for its turn again.
	mostSpread = time.Second
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

	who     netip.Addr // address that the latest error is about
	other   Time       // arrival of the latest error about another address
	members int        // addresses that have waited for the group
	shown   bool       // a retry was rejected: there is a limit, or loss
	chances tally      // paced retries at addresses that have rejected before
	steady  steady
}

// tally counts attempts and those of them that were rejected. Older ones fade.
type tally struct{ tries, wins float32 }

func (c *tally) add(won bool, memory float32) {
	c.tries++
	if won {
		c.wins++
	}
	if c.tries > memory {
		c.tries, c.wins = c.tries/2, c.wins/2
	}
}

// win returns the probability that an attempt is rejected; unknown below a minimum
// number of attempts.
func (c *tally) win(least float32) float64 {
	if c.tries < least {
		return unknown
	}
	return float64(c.wins / (c.tries + 1))
}

// steady compares first and later attempts while errors arrive without a pause.
type steady struct {
	since        Time  // start of errors without a pause
	fresh, again tally // first attempts, and later ones
}

// counts reports whether an attempt at now is evidence about a limit: the initial
// burst is over, and errors still arrive.
func (s *steady) counts(now, last Time) bool {
	return s.since != 0 && now < last.Add(rejectionEvery) && now.Sub(s.since) >= steadyAfter
}

// add counts an attempt.
func (s *steady) add(first, won bool) {
	if first {
		s.fresh.add(won, rejectionMemory)
	} else {
		s.again.add(won, rejectionMemory)
	}
}

// unlimited reports whether the group has no limit: with one, later attempts would
// be rejected as often as first ones. After loss, only second attempts are.
func (s *steady) unlimited() bool {
	wins := s.fresh.wins + s.again.wins
	return 8*s.again.wins <= wins &&
		float64(wins)*math.Log1p(float64(s.again.tries/max(s.fresh.tries, 1))) >= enoughChances
}

// tried is an attempt as a group sees it.
type tried struct {
	sent   Time
	first  bool // the endpoint's first
	paced  bool // made at the group's pace
	known  bool // its address has rejected before
	cold   bool // its address is concluded silent, see joint
	passed int  // its endpoint's retries without a rejection
}

func (g *group) tick(now Time) { g.yield.tick(now, g.chances.win(1), g.least()) }

// least returns the minimum pace in retries per second: the last few addresses of
// a group must not slow each other down.
func (g *group) least() float64 { return min(max(float64(g.members), 2), leastRejections) }

// rejected counts an error about an address.
func (g *group) rejected(now Time, who netip.Addr, t tried) {
	g.tick(now)
	if g.steady.since == 0 || now >= g.last.Add(rejectionEvery) {
		g.steady.since = now
	}
	if g.steady.counts(now, g.last) {
		g.steady.add(t.first, true)
	}
	if t.paced && t.known {
		g.chances.add(true, chanceMemory)
	}
	if g.who.IsValid() && g.who != who {
		g.other = g.last
	}
	g.who = who
	g.shown = g.shown || !t.first
	g.came(now, t.paced)
}

// besides returns when the latest error about another address than who arrived,
// which the limit may have allowed instead; 0: never. If no other address waits,
// errors about who concern its own limit.
func (g *group) besides(who netip.Addr) Time {
	if g.who == who && g.members == 0 {
		return g.other
	}
	return g.last
}

// noteTimeout counts an attempt without a reply and judges it.
func (g *group) noteTimeout(now Time, who netip.Addr, t tried) judgment {
	g.tick(now)
	if g.steady.counts(now, g.last) {
		g.steady.add(t.first, false)
	}
	if t.paced && t.known {
		g.chances.add(false, chanceMemory)
	}
	d := silence{
		besides: g.exhaustedBy(g.besides(who), othersEvery, t.sent), unlimited: g.steady.unlimited(),
		shown: g.shown, cold: t.cold || g.enough(t.passed), paced: t.paced, win: g.chances.win(leastChances),
	}.judge()
	d.shared = d.shared && (d.void || g.members > 0)
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
	win := g.chances.win(leastChances)
	return win > 0 && -float64(passed)*math.Log1p(-win) >= enoughChances
}

// silence is the facts about an attempt without a reply.
type silence struct {
	besides   bool    // the limit may have allowed errors about other addresses instead
	unlimited bool    // the group has no limit
	shown     bool    // retries of the group were rejected
	cold      bool    // as in tried
	paced     bool    // as in tried
	win       float64 // probability that a paced retry is rejected; unknown
}

// judgment is what a group concludes from a timeout.
type judgment struct {
	shared bool    // the limit may be shared: retries follow the group's pace
	shown  bool    // retries of the group were rejected
	void   bool    // not evidence about the endpoint
	weight float32 // evidence toward enoughChances
	retry  Time    // time of the next retry
}

func (s silence) judge() judgment {
	switch {
	case s.unlimited || s.cold:
		return judgment{}
	case !s.besides:
		if s.shown {
			return judgment{shared: true, weight: limitedChance}
		}
		return judgment{shared: true, weight: quietChance}
	case s.paced && s.win > 0:
		return judgment{shared: true, void: true, weight: float32(-math.Log1p(-s.win))}
	}
	return judgment{shared: true, void: true}
}

// allow reports whether a retry may be sent at now, or else when to ask again: at a
// random time, so that no address is always too late.
func (g *group) allow(now Time) (ok bool, next Time) {
	g.tick(now)
	if g.pace.rate == 0 {
		g.setPace(max(g.least(), rejectionSurplus*float64(g.before+g.count), float64(g.members)))
	}
	if ok, next = g.yield.allow(now); ok {
		return true, 0
	}
	spread := 2 * float64(g.members) / g.pace.rate * float64(time.Second)
	return false, next.Add(time.Duration(rand.Float64() * min(spread, float64(mostSpread))))
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
