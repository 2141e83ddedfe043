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

// flapping says when a target is dark that loses everything for 300 to 700 ms
// and nothing for 200 to 500 ms, again and again.
func flapping(seed uint64) func(netip.Addr, probe.Time) bool {
	rnd := rand.New(rand.NewPCG(seed, 1))
	at := probe.Time(time.Hour) // where simnet's clock begins
	var turns []probe.Time      // light first
	for range 2000 {
		at = at.Add(time.Duration(200+rnd.IntN(300)) * time.Millisecond)
		turns = append(turns, at)
		at = at.Add(time.Duration(300+rnd.IntN(400)) * time.Millisecond)
		turns = append(turns, at)
	}
	i := 0
	return func(_ netip.Addr, now probe.Time) bool {
		for i > 0 && now < turns[i-1] {
			i--
		}
		for i < len(turns) && turns[i] <= now {
			i++
		}
		return i%2 == 1
	}
}

// TestAnAddressThatFlaps: what a target that is dark half of the time does not
// answer is waited for, at the end of the run too, when nothing is left to be
// asked but what it owes.
func TestAnAddressThatFlaps(t *testing.T) {
	quarter := func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if to.Port()%4 == 0 {
			return 0
		}
		return refuses(to, p)
	}
	for _, c := range []struct {
		name        string
		truth       func(netip.AddrPort, endpoint.Proto) endpoint.Reason
		rate, ports int
		within      time.Duration
	}{
		{"fast", refuses, 60_000, 65_535, 20 * time.Second},
		{"slowly", refuses, 5_000, 20_000, 30 * time.Second},
		{"few ports", refuses, 60_000, 2_000, 20 * time.Second},
		{"a quarter silent", quarter, 60_000, 20_000, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			var longest time.Duration
			all := 0
			for seed := range uint64(lab.Rounds(20)) {
				s := scan{opts: defaults(), net: simnet.Config{
					RTT: 100 * time.Microsecond, Jitter: 100 * time.Microsecond, Port: c.truth, Seed: seed, Dark: flapping(seed),
				}}
				s.opts.Rate = float64(c.rate)
				done := s.run(t, jobsFor("10.0.0.1", 1, c.ports))
				if n := maxFalseSilence(done, c.truth); n > 0 {
					t.Errorf("seed %d: %d of %d are wrong", seed, n, len(done))
					all += n
				}
				longest = max(longest, s.last(done))
			}
			t.Log(fmt.Sprint("at most ", longest, ", wrong in all: ", all))
			if longest > c.within {
				t.Errorf("it took %v, at most %v is meant", longest, c.within)
			}
		})
	}
}
