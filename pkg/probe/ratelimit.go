package probe

import (
	"math"
	"sync"
	"time"
)

// slack is how far probes may run ahead of an even spacing. It makes up for a worker
// that wakes late, and bounds bursts: a limit of R per second allows at most
// R × (1 s + slack) + 1 probes in any second.
const slack = Time(5 * time.Millisecond)

// ceiling is a rate limit by the generic cell rate algorithm (ITU-T I.371, annex A) as
// a virtual schedule. The interval between probes is the fraction 1000 s ÷ milli in
// whole numbers, so that no rate drifts. Many schedules share a ceiling.
type ceiling struct {
	rate        float64 // probes per second; 0: no limit
	milli       int64   // probes per 1000 s
	whole, rest int64   // 1000 s = milli × whole + rest, in ns
}

// newCeiling returns a limit of rate probes per second, rounded to a thousandth; no
// limit if rate is 0 or less.
func newCeiling(rate float64) ceiling {
	if rate <= 0 {
		return ceiling{}
	}
	const period = int64(1000 * time.Second)
	n := max(1, int64(math.Round(1000*rate)))
	return ceiling{rate: float64(n) / 1000, milli: n, whole: period / n, rest: period % n}
}

// schedule is the theoretical arrival time of the next probe: at, and acc ÷ milli of a
// nanosecond.
type schedule struct {
	at  Time
	acc int64
}

// allow allows up to n probes at now and returns how many. If these are fewer than n,
// next is when there is one more.
func (c ceiling) allow(s *schedule, now Time, n int) (got int, next Time) {
	if c.rate == 0 {
		return n, now
	}
	for ; got < n; got++ {
		if s.at-now > slack {
			return got, s.at - slack
		}
		c.charge(s, now)
	}
	return got, now
}

// charge counts a probe at now, whether it is allowed or not: the next ones wait for
// it.
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

// cancel takes back a probe that was allowed and not sent.
func (c ceiling) cancel(s *schedule) {
	if c.rate == 0 {
		return
	}
	s.at -= Time(c.whole)
	if s.acc -= c.rest; s.acc < 0 {
		s.acc += c.milli
		s.at--
	}
}

// pace is the rate limit of the run, shared by all workers.
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

func (p *pace) charge(now Time) {
	if p.rate == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ceiling.charge(&p.s, now)
}

func (p *pace) cancel() {
	if p.rate == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ceiling.cancel(&p.s)
}
