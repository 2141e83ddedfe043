package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/probe/simnet"
)

// TestLimitsHoldForSeveralWorkers has four workers, each with its own network, keep
// the limits together. The clock is real, because virtual ones would diverge: each
// worker may be delayed with a batch of 16 probes that were admitted before.
func TestLimitsHoldForSeveralWorkers(t *testing.T) {
	const workers, batch = 4, 16
	for _, c := range []struct{ rate, hostRate, all, host int }{
		{2000, 0, 1000, 0},
		{0, 500, 1000, 0},
		{0, 0, 30, 0},
		{0, 0, 400, 10},
	} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 20 * time.Millisecond, Loss: 0.02, Port: refuses, Real: true, Began: time.Now()}}
		s.opts.Workers = workers
		s.opts.Rate, s.opts.HostRate = float64(c.rate), float64(c.hostRate)
		s.opts.Concurrency, s.opts.HostConcurrency = c.all, c.host
		done := s.run(t, jobsFor("10.0.0.1", 3, 400))
		requireRight(t, done, refuses)
		sent := s.sent()
		all, host := overlap(done, sent)
		if all > c.all || c.host > 0 && host > c.host {
			t.Errorf("%+v: %d outstanding at once, %d at one host", c, all, host)
		}
		requireRates(t, sent, c.rate, c.hostRate, workers*batch)
		for _, r := range s.recorders {
			if len(r.sent) == 0 {
				t.Errorf("%+v: a worker sent nothing", c)
			}
		}
	}
}

// TestManyWorkersSettleEachJobOnce has replies be duplicated, late and out of order.
func TestManyWorkersSettleEachJobOnce(t *testing.T) {
	s := scan{opts: defaults(), batch: 100, net: simnet.Config{
		RTT: time.Millisecond, Jitter: 30 * time.Millisecond, Duplicate: 40 * time.Millisecond,
		Loss: 0.05, Port: byPort, Real: true, Began: time.Now(),
	}}
	s.opts.Workers = 8
	s.opts.Concurrency = 300
	done := s.run(t, jobsFor("10.0.0.1", 20, 300))
	once := map[netip.AddrPort]bool{}
	for _, j := range done {
		if once[j.To] {
			t.Errorf("%v was settled twice", j.To)
		}
		once[j.To] = true
	}
	requireRight(t, done, byPort)
}
