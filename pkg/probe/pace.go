package probe

import (
	"sync"
	"time"
)

// slack is how far sending may run ahead of an even spacing. It makes up for
// a worker that wakes late, and bounds the burst: a ceiling of R a second lets
// through at most R × (1 s + slack), and one more, in any second.
const slack = Time(5 * time.Millisecond)

// ceiling is the generic cell rate algorithm (ITU-T I.371, annex A) as a
// virtual schedule. The interval between attempts is the fraction 1 s ÷ rate,
// kept whole, so that no rate drifts. It is shared by many schedules: one for
// the run, one for each address.
type ceiling struct {
	rate, whole, rest int64 // 1 s = rate × whole + rest, in ns
}

// newCeiling is a ceiling of rate attempts a second; none if rate is 0.
func newCeiling(rate int) ceiling {
	if rate <= 0 {
		return ceiling{}
	}
	r := int64(rate)
	return ceiling{rate: r, whole: int64(time.Second) / r, rest: int64(time.Second) % r}
}

// schedule is the theoretical arrival time of the next attempt, at and a
// fraction of a nanosecond, acc ÷ rate.
type schedule struct {
	at  Time
	acc int64
}

// take allows up to n attempts at now and returns how many. When it is fewer
// than n, next is when there is one more.
func (c ceiling) take(s *schedule, now Time, n int) (got int, next Time) {
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
		s.at += Time(c.whole)
		if s.acc += c.rest; s.acc >= c.rate {
			s.acc -= c.rate
			s.at++
		}
	}
	return got, now
}

// pace is the run's own ceiling, from which workers take in batches.
type pace struct {
	ceiling
	mu sync.Mutex
	s  schedule
}

func (p *pace) take(now Time, n int) (got int, next Time) {
	if p.rate == 0 {
		return n, now
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ceiling.take(&p.s, now, n)
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
		p.s.acc += p.rate
		p.s.at--
	}
}
