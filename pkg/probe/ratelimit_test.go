package probe

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// TestRateIsExactInAnySecond sends as fast as permitted, by a sender that is late at
// random, and counts the probes of every second that begins with one.
func TestRateIsExactInAnySecond(t *testing.T) {
	for _, rate := range []float64{0.1, 0.5, 1, 1.5, 3, 7, 100, 333, 1000, 20_000, 999_983} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(uint64(10*rate), 1))
			c, s := newCeiling(rate), schedule{}
			seconds := max(4, 4/rate)
			start := Time(1e15)
			var sent []Time
			for now := start; now < start.Add(time.Duration(seconds*float64(time.Second))); {
				got, next := c.allow(&s, now, 1+rnd.IntN(64+int(rate)/100))
				for range got {
					sent = append(sent, now)
				}
				now = max(now, next).Add(time.Duration(rnd.Int64N(int64(time.Millisecond))))
			}
			most := 0
			for i, j := 0, 0; j < len(sent); j++ {
				for sent[j]-sent[i] >= Time(time.Second) {
					i++
				}
				most = max(most, j-i+1)
			}
			if allowed := int(max(rate+1, rate+rate/100)); most > allowed {
				t.Errorf("%d probes in one second, want at most %d", most, allowed)
			}
			expected := int(rate * seconds)
			if least, limit := expected-max(1, expected/25), expected+max(1, expected/100); len(sent) < least || len(sent) > limit {
				t.Errorf("%d probes in %v s, want %d to %d", len(sent), seconds, least, limit)
			}
		})
	}
}

func TestRateAllowsTenMillisecondsAfterARest(t *testing.T) {
	c, s := newCeiling(10_000), schedule{}
	c.allow(&s, 0, 1)
	got, next := c.allow(&s, Time(time.Hour), 1_000_000)
	if got > 100 {
		t.Errorf("%d probes at once after an hour's rest, want at most 100", got)
	}
	if wait := next.Sub(Time(time.Hour)); wait <= 0 || wait > 200*time.Microsecond {
		t.Errorf("the next probe may be sent after %v, want about 100µs", wait)
	}
}

func TestRateZeroIsUnlimited(t *testing.T) {
	c, s := newCeiling(0), schedule{}
	if got, _ := c.allow(&s, 5, 1000); got != 1000 {
		t.Errorf("%d of 1000 probes may be sent without a limit", got)
	}
}

// TestRateDoesNotDrift uses rates whose interval is not a whole number of nanoseconds.
func TestRateDoesNotDrift(t *testing.T) {
	for _, rate := range []float64{3, 7, 0.3, 999.983} {
		c, s := newCeiling(rate), schedule{}
		for range c.milli {
			c.charge(&s, 0)
		}
		if want := (schedule{at: Time(1000 * time.Second)}); s != want {
			t.Errorf("rate %v: %+v after 1000 s of probes, want %+v", rate, s, want)
		}
	}
}
