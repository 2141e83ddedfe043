package probe_test

import (
	"fmt"
	"testing"
	"time"

	"portkit/pkg/probe/simnet"
)

// TestRateLimitedHostIsProbedMoreSlowly has a host limit its TCP resets and ICMP
// errors.
func TestRateLimitedHostIsProbedMoreSlowly(t *testing.T) {
	for _, c := range []struct {
		limit, ports int
		truth        truth
		within       time.Duration
	}{
		{200, 5000, refuses, 35 * time.Second},
		{200, 5000, byPort, 70 * time.Second}, // up to 21 probes to each silent port, at that rate
		{50, 1000, byPort, 90 * time.Second},
		{1000, 20_000, byPort, 70 * time.Second},
	} {
		t.Run(fmt.Sprint(c.limit, " a second"), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(5) {
				s := scan{opts: defaults(), net: simnet.Config{
					RTT: time.Millisecond, Jitter: time.Millisecond, Limit: c.limit, Port: c.truth, Seed: seed,
				}}
				done := s.run(t, jobsFor("10.0.0.1", 1, c.ports))
				requireRight(t, done, c.truth)
				s.requireWithin(t, done, c.within)
			}
		})
	}
}
