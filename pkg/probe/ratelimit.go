package probe

import (
	"math"
	"sync"
	"time"
)

// slack is how far sending may run ahead of an even spacing. It makes up for
// a worker that wakes late, and bounds the burst: a ceiling of R a second lets
// through at most R × (1 s + slack), and one more, in any second.
const slack = Time(5 * time.Millisecond)

// ceiling is the generic cell rate algorithm (ITU-T I.371, annex A) as a
// virtual schedule. The interval between attempts is the fraction 1000 s ÷
// milli, kept whole, so that no rate drifts. Many schedules share it: one for
// the run, one for each address.
type ceiling struct {
	rate        float64 // attempts per second; 0: no limit
	milli       int64   // attempts per 1000 s
	whole, rest int64   // 1000 s = milli × whole + rest, in ns
}

// newCeiling returns a ceiling of rate attempts per second, to a thousandth;
// none if rate is 0 or less.
func newCeiling(rate float64) ceiling {
	if rate <= 0 {
		return ceiling{}
	}
	const period = int64(1000 * time.Second)
	n := max(1, int64(math.Round(1000*rate)))
	return ceiling{rate: float64(n) / 1000, milli: n, whole: period / n, rest: period % n}
}

// schedule is the theoretical arrival time of the next attempt, at and a
// fraction of a nanosecond, acc ÷ milli.
type schedule struct {
	at  Time
	acc int64
}

// allow allows up to n attempts at now and returns how many. When it is fewer
// than n, next is when there is one more.
func (c ceiling) allow(s *schedule, now Time, n int) (got int, next Time) {
	if c.rate == 0 {
		return n, now
	}
	if s.at < now {
		s.at, s.acc = now, 0
	}
	for ; got < n; got++ {
		if s.at-now > slack {
			return got, s.at - slack
		}
		c.charge(s, now)
	}
	return got, now
}

// pace is the run's own ceiling, from which workers take in batches.
type pace struct {
	ceiling
	mu sync.Mutex
	s  schedule
}

func (p *pace) allow(now Time, n int) (got int, next Time) {
	if p.rate == 0 {
		return n, now
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ceiling.allow(&p.s, now, n)
}

// charge counts an attempt that this machine sent by itself: the next one waits for it.
func (c ceiling) charge(s *schedule, now Time) {
	if c.rate == 0 {
		return
	}
	if s.at < now {
		s.at, s.acc = now, 0
	}
	s.at += Time(c.whole)
	if s.acc += c.rest; s.acc >= c.milli {
		s.acc -= c.milli
		s.at++
	}
}

// charge counts an attempt against the run's ceiling.
func (p *pace) charge(now Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ceiling.charge(&p.s, now)
}

// giveBack returns one attempt that was taken and not sent.
func (p *pace) giveBack() {
	if p.rate == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.s.at -= Time(p.whole)
	if p.s.acc -= p.rest; p.s.acc < 0 {
		p.s.acc += p.milli
		p.s.at--
	}
}
