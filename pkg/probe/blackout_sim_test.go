package probe_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// TestBlackoutIsWaitedOut has all packets to and from the host be lost for a while
// in the middle of the scan.
func TestBlackoutIsWaitedOut(t *testing.T) {
	mostly := func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if to.Port()%4 != 0 {
			return 0 // three ports of four are filtered
		}
		return byPort(to, p)
	}
	for _, dark := range []time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 3 * time.Second} {
		for name, port := range map[string]truth{"all reply": byPort, "one port of four replies": mostly} {
			for _, loss := range []float64{0, 0.05} {
				t.Run(fmt.Sprint(name, ", blackout of ", dark, ", loss ", loss), func(t *testing.T) {
					t.Parallel()
					s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Loss: loss, Port: port}}
					const begin = 200 * time.Millisecond
					s.net.Blackout = func(_ netip.Addr, now probe.Time) bool {
						return simnet.Elapsed(now) >= begin && simnet.Elapsed(now) < begin+dark
					}
					s.opts.Rate = 20_000
					done := s.run(t, jobsFor("10.0.0.1", 1, lab.Rounds(40_000)))
					requireRight(t, done, port)
				})
			}
		}
	}
}

// TestLastingBlackoutIsGivenUp has one of two hosts fail for good: it is given up in
// the end, and does not delay the other.
func TestLastingBlackoutIsGivenUp(t *testing.T) {
	dies := netip.MustParseAddr("10.0.0.1")
	s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Port: byPort}}
	s.net.Blackout = func(a netip.Addr, now probe.Time) bool {
		return a == dies && simnet.Elapsed(now) > 200*time.Millisecond
	}
	s.opts.Rate = 20_000
	done := s.run(t, jobsFor("10.0.0.1", 2, 10_000))
	var other probe.Time
	for _, j := range done {
		if j.To.Addr() == dies {
			continue
		}
		other = max(other, j.At)
		if want := truth(byPort).reason(j); j.Reason != want {
			t.Errorf("%v is %v, want %v", j.To, j.Reason, want)
		}
	}
	if d := other.Sub(s.recorder.sent[0].Sent); d > 5*time.Second {
		t.Errorf("the other host took %v, want at most 5s", d)
	}
	s.requireWithin(t, done, 40*time.Second)
}

// flapping returns a function that reports when a host is unreachable: for 300 to
// 700 ms, after 200 to 500 ms each during which it is reachable.
func flapping(seed uint64) func(netip.Addr, probe.Time) bool {
	rnd := rand.New(rand.NewPCG(seed, 1))
	at := time.Duration(0)
	var turns []time.Duration // the first ends a time in which it is reachable
	for range 2000 {
		at += time.Duration(200+rnd.IntN(300)) * time.Millisecond
		turns = append(turns, at)
		at += time.Duration(300+rnd.IntN(400)) * time.Millisecond
		turns = append(turns, at)
	}
	i := 0
	return func(_ netip.Addr, t probe.Time) bool {
		now := simnet.Elapsed(t)
		for i > 0 && now < turns[i-1] {
			i--
		}
		for i < len(turns) && turns[i] <= now {
			i++
		}
		return i%2 == 1
	}
}

// TestFlappingHostIsWaitedFor has a host be unreachable for half of the time. Its
// blackouts are hardest to notice at the end of a scan, when only retries are left.
func TestFlappingHostIsWaitedFor(t *testing.T) {
	quarter := func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if to.Port()%4 == 0 {
			return 0
		}
		return refuses(to, p)
	}
	for _, c := range []struct {
		name        string
		truth       truth
		rate, ports int
		within      time.Duration
	}{
		{"fast", refuses, 60_000, 65_535, 20 * time.Second},
		{"slowly", refuses, 5_000, 20_000, 30 * time.Second},
		{"few ports", refuses, 60_000, 2_000, 20 * time.Second},
		{"a quarter silent", quarter, 60_000, 20_000, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(lab.Rounds(20)) {
				s := scan{opts: defaults(), net: simnet.Config{
					RTT: 100 * time.Microsecond, Jitter: 100 * time.Microsecond, Port: c.truth, Seed: seed, Blackout: flapping(seed),
				}}
				s.opts.Rate = float64(c.rate)
				done := s.run(t, jobsFor("10.0.0.1", 1, c.ports))
				requireRight(t, done, c.truth)
				s.requireWithin(t, done, c.within)
			}
		})
	}
}
