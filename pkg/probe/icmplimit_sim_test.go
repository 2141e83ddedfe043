package probe_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// nothingServed has all UDP ports be closed.
func nothingServed(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.PortUnreach }

// servedEvery has every n-th port reply, those that silent reports be silent, and
// the others be closed.
func servedEvery(n uint16, silent func(uint16) bool) truth {
	return func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		switch {
		case to.Port()%n == 0:
			return endpoint.UDPResponse
		case silent != nil && silent(to.Port()):
			return 0
		}
		return endpoint.PortUnreach
	}
}

func odd(p uint16) bool { return p%2 == 1 }

// udpJobs returns the jobs of jobsFor, by UDP.
func udpJobs(base string, addresses, ports int) []*probe.Job {
	jobs := jobsFor(base, addresses, ports)
	for _, j := range jobs {
		j.Proto = endpoint.UDP
	}
	return jobs
}

// udpScan returns a scan with portprobe's options for UDP.
func udpScan(net simnet.Config) *scan {
	s := &scan{opts: defaults(), net: net}
	s.opts.Concurrency, s.opts.Patience = 65_536, 30*time.Second
	return s
}

// linux limits ICMP errors as Linux does by default.
func linux(port truth) simnet.Config {
	return simnet.Config{RTT: time.Millisecond, Jitter: time.Millisecond, Limit: 1, Burst: 6, Port: port}
}

// udpCase is a scan of one host with a true result for every port.
type udpCase struct {
	name         string
	limit, burst int // ICMP errors per second, and at once; 0: unlimited
	ports        int
	loss         float64
	truth        truth
	within       time.Duration
}

// run scans the host of c in as many networks as there are seeds.
func (c udpCase) run(t *testing.T, seeds uint64) {
	t.Parallel()
	for seed := range seeds {
		s := udpScan(linux(c.truth))
		s.net.Limit, s.net.Burst, s.net.Loss, s.net.Seed = c.limit, c.burst, c.loss, seed
		done := s.run(t, udpJobs("10.0.0.1", 1, c.ports))
		t.Logf("%v in %v with %d probes", reasons(done), s.last(done), len(s.recorder.sent))
		requireRight(t, done, c.truth)
		s.requireWithin(t, done, c.within)
	}
}

// TestICMPLimitIsWaitedFor allows little more time than the limit requires.
func TestICMPLimitIsWaitedFor(t *testing.T) {
	for _, c := range []udpCase{
		{"few ports", 1, 6, 20, 0, servedEvery(5, nil), 25 * time.Second},
		{"few ports, all closed", 1, 6, 20, 0, nothingServed, 30 * time.Second},
		{"few ports and loss", 1, 6, 15, 0.05, servedEvery(5, nil), 25 * time.Second},
		{"ten per second", 10, 6, 200, 0, servedEvery(10, nil), 28 * time.Second},
		{"a hundred per second", 100, 20, 2000, 0, servedEvery(10, nil), 29 * time.Second},
		{"a thousand per second", 1000, 50, 10_000, 0, servedEvery(10, nil), 20 * time.Second},
		{"a thousand per second and loss", 1000, 50, 10_000, 0.05, servedEvery(10, nil), 25 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, 5) })
	}
}

// TestPatienceEndsInRateLimited has a host send one ICMP error per second about 990
// ports: services are found soon, and the others become rate-limited in the end.
func TestPatienceEndsInRateLimited(t *testing.T) {
	for _, patience := range []time.Duration{3 * time.Second, 30 * time.Second} {
		for _, loss := range []float64{0, 0.05} {
			t.Run(fmt.Sprint(patience, ", loss ", loss), func(t *testing.T) {
				port := servedEvery(100, nil)
				s := udpScan(linux(port))
				s.opts.Patience, s.net.Loss = patience, loss
				done := s.run(t, udpJobs("10.0.0.1", 1, 1000))
				count := reasons(done)
				t.Logf("%v in %v with %d probes", count, s.last(done), len(s.recorder.sent))
				if count[endpoint.UDPResponse] != 10 || count[endpoint.PortUnreach] < 4 ||
					count[endpoint.RateLimited] != 1000-10-count[endpoint.PortUnreach] {
					t.Errorf("%v", count)
				}
				for _, j := range done {
					if found := j.At.Sub(s.recorder.sent[0].Sent); j.Reason == endpoint.UDPResponse && found > 5*time.Second {
						t.Errorf("port %d was found after %v", j.To.Port(), found)
					}
				}
				s.requireWithin(t, done, patience+4*time.Second)
			})
		}
	}
}

func TestSilentPortsAreNotAnICMPLimit(t *testing.T) {
	for _, c := range []udpCase{
		{"half silent", 0, 0, 1000, 0, servedEvery(10_000, odd), 6 * time.Second},
		{"nearly all silent", 0, 0, 1000, 0, servedEvery(10_000, func(p uint16) bool { return p%20 != 0 }), 6 * time.Second},
		{"loss", 0, 0, 2050, 0.05, servedEvery(41, nil), 8 * time.Second},
		{"half silent and loss", 0, 0, 1000, 0.05, servedEvery(10_000, odd), 15 * time.Second},
		{"half silent, much loss", 0, 0, 1000, 0.2, servedEvery(10_000, odd), 30 * time.Second},
		{"all ports", 0, 0, 65_535, 0, servedEvery(64, nil), 10 * time.Second},
		{"all ports, half silent", 0, 0, 65_535, 0, servedEvery(64, odd), 20 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, 3) })
	}
}

// TestICMPLimitIsUsedUp has the 1,000 errors per second of Linux's loopback.
func TestICMPLimitIsUsedUp(t *testing.T) {
	s := udpScan(linux(nothingServed))
	s.net.Limit, s.net.Burst = 1000, 50
	done := s.run(t, udpJobs("10.0.0.1", 1, 20_000))
	closed := reasons(done)[endpoint.PortUnreach]
	if rate := float64(closed) / s.last(done).Seconds(); rate < 700 {
		t.Errorf("%d ports were closed in %v: %.0f of 1,000 per second, want at least 700", closed, s.last(done), rate)
	}
}

// TestICMPLimitDoesNotDelayOtherHosts compares one limited host with fifty, and
// submits one with many ports before others without a limit.
func TestICMPLimitDoesNotDelayOtherHosts(t *testing.T) {
	alone := udpScan(linux(nothingServed))
	first := alone.last(alone.run(t, udpJobs("10.0.0.1", 1, 20)))
	many := udpScan(linux(nothingServed))
	if all := many.last(many.run(t, udpJobs("10.0.0.1", 50, 20))); all > first+5*time.Second {
		t.Errorf("50 hosts took %v, one took %v", all, first)
	}

	slow := netip.MustParseAddr("10.0.0.1")
	s := udpScan(linux(nothingServed))
	s.opts.Concurrency = 64 // so few that endpoints must not use them while waiting
	s.net.Burst = 1000      // more than the others need
	jobs := slices.Concat(udpJobs("10.0.0.1", 1, 2000), udpJobs("10.0.1.1", 20, 100))
	done := s.run(t, jobs)
	start := s.recorder.sent[0].Sent
	for _, j := range done {
		if j.To.Addr() != slow && (j.Reason != endpoint.PortUnreach || j.At.Sub(start) > 5*time.Second) {
			t.Fatalf("%v was %v after %v", j.To, j.Reason, j.At.Sub(start))
		}
	}
}

// TestRepliesFromOtherPortsAreMatched has services reply from another port, which
// only an exclusive probe can be matched with.
func TestRepliesFromOtherPortsAreMatched(t *testing.T) {
	for _, c := range []struct {
		ports int
		limit int
		loss  float64
		truth truth
	}{
		{1, 0, 0, servedEvery(1, nil)},
		{3, 0, 0, servedEvery(1, nil)},
		{3, 0, 0.05, servedEvery(1, nil)},
		{1000, 0, 0, servedEvery(100, nil)},
		{1000, 0, 0.05, servedEvery(100, odd)},
		{20, 1, 0, servedEvery(5, nil)},
	} {
		t.Run(fmt.Sprintf("%+v", c.ports), func(t *testing.T) {
			s := udpScan(linux(c.truth))
			s.net.Limit, s.net.Loss = c.limit, c.loss
			s.net.FromOtherPort = func(to netip.AddrPort) bool { return c.truth(to, endpoint.UDP) == endpoint.UDPResponse }
			done := s.run(t, udpJobs("10.0.0.1", 1, c.ports))
			requireRight(t, done, c.truth)
			s.requireWithin(t, done, 30*time.Second)
		})
	}
}

// TestLossIsNotAnICMPLimit has a host lose half of the probes or their replies. Each of these
// runs once took that for a limit, and had no estimate of the loss.
func TestLossIsNotAnICMPLimit(t *testing.T) {
	for _, seed := range []uint64{1, 50, 231, 247, 261, 293, 308, 370, 373, 388} {
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: 20 * time.Millisecond, Loss: 0.3, Seed: seed, Port: serving(22, 110, 133),
		}}
		s.opts.Patience = time.Hour
		jobs := jobsFor("10.0.0.1", 1, 200)
		for _, j := range jobs {
			j.Proto = endpoint.UDP
		}
		requireRight(t, s.run(t, jobs), s.net.Port)
	}
}
