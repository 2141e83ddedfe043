package probe

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"time"
)

const (
	// enoughChances is how improbable it must be, one in e to that power, that a
	// limit alone left an address or an endpoint without an error.
	enoughChances = 8
	// quietChance is what one attempt counts for that was made while no error
	// came to any address of the group: two of them are enough, as at an address that
	// nothing is known of.
	quietChance = 4
	// limitedChance is that in a group that has met errors with attempts made again:
	// it limits, and what it sends may be lost too.
	limitedChance = 2.7
	// chanceMemory is how many attempts the chance of one is told from,
	// leastChances how many that takes.
	chanceMemory = 64
	leastChances = 8
	evenChance   = 0.5
	// othersEvery is rejectionEvery where errors about others may have been sent
	// instead, twice: one that is lost on the way must not seem a pause in which
	// all of them had their chance.
	othersEvery = 2 * rejectionEvery
	// steadyAfter is how long errors must come without a pause until a burst that
	// a limit allows after a rest is over.
	steadyAfter = 2 * time.Second
	// mostSpread is the longest time between two tries of an address to get its
	// turn in its group.
	mostSpread = time.Second
)

// group is how several addresses reject together. Their limit may be one: it is
// the machine's whose addresses they are (Linux limits per destination of the
// error, icmp(7)), or the router's that rejects for all of them.
//
// While errors come to some address of a group, the silence of another says
// nothing, and it is tried again, at the group's pace and in random order. So
// every attempt of the group has the same chance, and an address that had its
// chances is believed: others were rejected meanwhile as often as their share
// of the attempts predicts, and it was not.
type group struct {
	into *group // the group that this one has become a part of; nil: none
	yield

	who     netip.Addr // the address that the latest error is about
	other   Time       // when the latest about another address came
	members int        // addresses that have waited for it
	shown   bool       // an attempt made again met an error: there is a limit, or loss
	chances tally      // of paced attempts at addresses that have rejected before
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

// win is the chance of one attempt; unknown if fewer than some were made.
func (c *tally) win(least float32) float64 {
	if c.tries < least {
		return unknown
	}
	return float64(c.wins / (c.tries + 1))
}

// steady is how attempts fare while errors come all the time.
type steady struct {
	since        Time  // errors have come without a pause
	fresh, again tally // first attempts, and later ones
}

// counts reports whether what becomes of an attempt at now tells of a limit: a
// burst is over, and errors still come.
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

// unlimited reports whether nothing is limited: later attempts would have met
// errors as often as first ones, and did not. What is lost on the way may be
// met by a second attempt.
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
	cold   bool // its address had chances enough: its silence is its own
	passed int  // attempts that its endpoint was not rejected at, in turn with others
}

func (g *group) tick(now Time) { g.yield.tick(now, g.chances.win(1), g.least()) }

// least is the lowest pace: few addresses left to try must not keep each other
// from having their chances.
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

// besides is when the latest error came that may have been sent instead of one
// about who; 0: never. While nobody else waits, errors about who itself are for
// its own limit.
func (g *group) besides(who netip.Addr) Time {
	if g.who == who && g.members == 0 {
		return g.other
	}
	return g.last
}

// unanswered counts an attempt at an address that stayed unanswered, and judges
// that.
func (g *group) unanswered(now Time, who netip.Addr, t tried) doubt {
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

// enough reports whether an endpoint has had chances enough with a number of
// attempts.
func (g *group) enough(passed int) bool {
	win := g.chances.win(leastChances)
	return win > 0 && -float64(passed)*math.Log1p(-win) >= enoughChances
}

// silence is what is known of an attempt that stayed unanswered.
type silence struct {
	besides   bool    // errors about other addresses of the group may have been sent instead
	unlimited bool    // the group was seen to limit nothing
	shown     bool    // errors were met by attempts made again
	cold      bool    // as of tried
	paced     bool    // as of tried
	win       float64 // chance of a paced attempt; unknown
}

// doubt is what a group makes of a silence.
type doubt struct {
	shared bool    // the limit may be shared: what is made again has the group's pace
	shown  bool    // errors were met by attempts made again
	void   bool    // it says nothing of the endpoint
	weight float32 // what it counts for of enoughChances
	retry  Time    // when to try again
}

func (s silence) judge() doubt {
	switch {
	case s.unlimited || s.cold:
		return doubt{}
	case !s.besides:
		if s.shown {
			return doubt{shared: true, weight: limitedChance}
		}
		return doubt{shared: true, weight: quietChance}
	case s.paced && s.win > 0:
		return doubt{shared: true, void: true, weight: float32(-math.Log1p(-s.win))}
	}
	return doubt{shared: true, void: true}
}

// take reports whether an attempt made again may be sent at now, or when to ask
// for that again: at a random time, so that no address is always too late.
func (g *group) take(now Time) (ok bool, next Time) {
	g.tick(now)
	if g.pace.rate == 0 {
		g.setPace(max(g.least(), rejectionSurplus*float64(g.before+g.count), float64(g.members)))
	}
	if ok, next = g.yield.take(now); ok {
		return true, 0
	}
	spread := 2 * float64(g.members) / g.pace.rate * float64(time.Second)
	return false, next.Add(time.Duration(rand.Float64() * min(spread, float64(mostSpread))))
}

// join adds what another group is known for.
func (g *group) join(o *group) {
	g.members += o.members
	if o.last > g.last {
		o.members, o.into, o.shown = g.members, nil, o.shown || g.shown
		*g = *o
	}
	o.into = g
}
