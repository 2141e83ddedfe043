package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

func TestRatesAreCeilings(t *testing.T) {
	for _, c := range []struct{ rate, host int }{{500, 0}, {0, 100}, {3000, 400}, {7, 0}} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Loss: 0.05, Port: byPort}}
		s.opts.Rate, s.opts.HostRate = float64(c.rate), float64(c.host)
		jobs := 4 * max(c.rate, 10*c.host) / 10
		done := s.run(t, jobsFor("10.0.0.1", 10, max(jobs/2, 10)))
		if n := maxFalseSilence(done, byPort); n > 0 {
			t.Errorf("%+v: %d wrong", c, n)
		}
		var all []probe.Time
		hosts := map[netip.Addr][]probe.Time{}
		for _, a := range s.recorder.sent {
			all = append(all, a.Sent)
			hosts[a.To.Addr()] = append(hosts[a.To.Addr()], a.Sent)
		}
		checkRate(t, all, c.rate)
		for _, times := range hosts {
			checkRate(t, times, c.host)
		}
	}
}

func TestRatesBelowOnePerSecond(t *testing.T) {
	for _, c := range []struct{ rate, host float64 }{{0.5, 0}, {0, 0.5}, {0.5, 0.25}} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Port: byPort}}
		s.opts.Rate, s.opts.HostRate = c.rate, c.host
		done := s.run(t, jobsFor("10.0.0.1", 1, 6))
		if n := maxFalseSilence(done, byPort); n > 0 {
			t.Errorf("%+v: %d wrong", c, n)
		}
		sent := s.recorder.sent
		slowest := c.host
		if slowest == 0 {
			slowest = c.rate
		}
		interval := time.Duration(float64(time.Second) / slowest)
		for i, a := range sent[1:] {
			// Two probes may leave at once: the schedule permits a burst of two.
			if gap := a.Sent.Sub(sent[0].Sent); gap < time.Duration(i)*interval {
				t.Errorf("%+v: probe %d was sent %v after the first", c, i+2, gap)
			}
		}
		if span, most := sent[len(sent)-1].Sent.Sub(sent[0].Sent), time.Duration(len(sent))*interval; span > most {
			t.Errorf("%+v: %d probes took %v, want at most %v", c, len(sent), span, most)
		}
	}
}

func checkRate(t *testing.T, times []probe.Time, rate int) {
	t.Helper()
	most := mostInASecond(times)
	if rate > 0 && most > max(rate+1, rate+rate/100) {
		t.Errorf("%d attempts in one second, the ceiling is %d", most, rate)
	}
	if span := times[len(times)-1].Sub(times[0]).Seconds(); rate > 0 && span > 2 && float64(len(times))/span < 0.5*float64(rate) {
		t.Errorf("%d attempts in %.1f s, a ceiling of %d a second is no brake", len(times), span, rate)
	}
}

// mostInASecond is how many of the times lie within one second.
func mostInASecond(times []probe.Time) (most int) {
	for i, j := 0, 0; j < len(times); j++ {
		for times[j].Sub(times[i]) >= time.Second {
			i++
		}
		most = max(most, j-i+1)
	}
	return most
}
