package probe_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// TestCeilingsHoldForSeveralWorkers: four workers, each with a network of its
// own, keep the ceilings together, and tell the truth. The clock is real, since
// virtual ones would each go their own way: what a worker had leave to send
// before it was held up comes late, a batch of 16 each.
func TestCeilingsHoldForSeveralWorkers(t *testing.T) {
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
		if n := maxFalseSilence(done, refuses); n > 0 {
			t.Errorf("%+v: %d of %d are wrong", c, n, len(done))
		}
		sent := s.sent()
		all, host := overlap(done, sent)
		if all > c.all || c.host > 0 && host > c.host {
			t.Errorf("%+v: %d waited at once, %d at one address", c, all, host)
		}
		var times []probe.Time
		hosts := map[netip.Addr][]probe.Time{}
		for _, a := range sent {
			times = append(times, a.Sent)
			hosts[a.To.Addr()] = append(hosts[a.To.Addr()], a.Sent)
		}
		if n := mostInASecond(times); c.rate > 0 && n > c.rate+c.rate/100+workers*batch {
			t.Errorf("%+v: %d attempts in one second", c, n)
		}
		for a, times := range hosts {
			if n := mostInASecond(times); c.hostRate > 0 && n > c.hostRate+c.hostRate/100+workers*batch {
				t.Errorf("%+v: %d attempts in one second to %v", c, n, a)
			}
		}
		for _, r := range s.recorders {
			if len(r.sent) == 0 {
				t.Errorf("%+v: a worker had nothing to do", c)
			}
		}
	}
}

// sent is what all workers sent, in the order of time.
func (s *scan) sent() (all []probe.Attempt) {
	for _, r := range s.recorders {
		all = append(all, r.sent...)
	}
	slices.SortFunc(all, func(a, b probe.Attempt) int { return int(a.Sent - b.Sent) })
	return all
}

// TestManyWorkersSettleEachJobOnce: also where answers come twice, late and out
// of order.
func TestManyWorkersSettleEachJobOnce(t *testing.T) {
	s := scan{opts: defaults(), batch: 100, net: simnet.Config{
		RTT: time.Millisecond, Jitter: 30 * time.Millisecond, Twice: 40 * time.Millisecond,
		Loss: 0.05, Port: byPort, Real: true, Began: time.Now(),
	}}
	s.opts.Workers = 8
	s.opts.Concurrency = 300
	done := s.run(t, jobsFor("10.0.0.1", 20, 300))
	once := map[netip.AddrPort]bool{}
	for _, j := range done {
		if once[j.To] {
			t.Errorf("%v came out twice", j.To)
		}
		once[j.To] = true
	}
	if n := maxFalseSilence(done, byPort); n > 0 {
		t.Errorf("%d of %d are wrong", n, len(done))
	}
}
