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

// truth is what a network answers.
type truth func(netip.AddrPort, endpoint.Proto) endpoint.Reason

// nothingServed is an address with nothing but closed udp ports.
func nothingServed(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.PortUnreach }

// servedEvery is an address that serves every n-th port and keeps silent at
// those for which silent says so.
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

// udpJobs are those of jobsFor, over udp.
func udpJobs(base string, addresses, ports int) []*probe.Job {
	jobs := jobsFor(base, addresses, ports)
	for _, j := range jobs {
		j.Proto = endpoint.UDP
	}
	return jobs
}

// udpScan asks udp ports as portprobe does.
func udpScan(net simnet.Config) *scan {
	s := &scan{opts: defaults(), net: net}
	s.opts.Concurrency, s.opts.Patience = 65_536, 30*time.Second
	return s
}

// linux limits as a stock Linux does what it sends to one address.
func linux(port truth) simnet.Config {
	return simnet.Config{RTT: time.Millisecond, Jitter: time.Millisecond, Limit: 1, Burst: 6, Port: port}
}

// reasons counts.
func reasons(done []*probe.Job) map[endpoint.Reason]int {
	count := map[endpoint.Reason]int{}
	for _, j := range done {
		count[j.Reason]++
	}
	return count
}

// TestAddressesThatLimitAreWaitedFor: within their patience, and within about
// the time that the limit needs, all is told right.
func TestAddressesThatLimitAreWaitedFor(t *testing.T) {
	for _, c := range []struct {
		name         string
		limit, burst int
		ports        int
		loss         float64
		truth        truth
		within       time.Duration
	}{
		{"few ports", 1, 6, 20, 0, servedEvery(5, nil), 25 * time.Second},
		{"few ports, all closed", 1, 6, 20, 0, nothingServed, 30 * time.Second},
		{"few ports and loss", 1, 6, 15, 0.05, servedEvery(5, nil), 25 * time.Second},
		{"ten a second", 10, 6, 200, 0, servedEvery(10, nil), 28 * time.Second},
		{"a hundred a second", 100, 20, 2000, 0, servedEvery(10, nil), 29 * time.Second},
		{"a thousand a second", 1000, 50, 10_000, 0, servedEvery(10, nil), 20 * time.Second},
		{"a thousand a second and loss", 1000, 50, 10_000, 0.05, servedEvery(10, nil), 25 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(5) {
				s := udpScan(linux(c.truth))
				s.net.Limit, s.net.Burst, s.net.Loss, s.net.Seed = c.limit, c.burst, c.loss, seed
				done := s.run(t, udpJobs("10.0.0.1", 1, c.ports))
				t.Logf("%v in %v with %d attempts", reasons(done), s.last(done), len(s.recorder.sent))
				if n := maxFalseSilence(done, c.truth); n > 0 {
					t.Errorf("%d of %d are wrong: %v", n, len(done), reasons(done))
				}
				if d := s.last(done); d > c.within {
					t.Errorf("it took %v, at most %v is meant", d, c.within)
				}
			}
		})
	}
}

// TestPatienceRunsOut: an address that sends one error a second is not waited
// for a thousand seconds. What has a service is found at once, what was not told
// is said to be so, and the run ends soon after.
func TestPatienceRunsOut(t *testing.T) {
	for _, patience := range []time.Duration{3 * time.Second, 30 * time.Second} {
		for _, loss := range []float64{0, 0.05} {
			t.Run(fmt.Sprint(patience, ", loss ", loss), func(t *testing.T) {
				port := servedEvery(100, nil)
				s := udpScan(linux(port))
				s.opts.Patience, s.net.Loss = patience, loss
				done := s.run(t, udpJobs("10.0.0.1", 1, 1000))
				count := reasons(done)
				t.Logf("%v in %v with %d attempts", count, s.last(done), len(s.recorder.sent))
				if count[endpoint.UDPResponse] != 10 || count[endpoint.PortUnreach] < 4 ||
					count[endpoint.RateLimited] != 1000-10-count[endpoint.PortUnreach] {
					t.Errorf("%v", count)
				}
				for _, j := range done {
					if found := j.At.Sub(s.recorder.sent[0].Sent); j.Reason == endpoint.UDPResponse && found > 5*time.Second {
						t.Errorf("port %d was found after %v", j.To.Port(), found)
					}
				}
				if d := s.last(done); d > patience+4*time.Second {
					t.Errorf("it took %v for a patience of %v", d, patience)
				}
			})
		}
	}
}

// TestSilenceIsNotTakenForALimit: where every error comes there is no limit, be
// half of the ports silent or one packet in twenty lost.
func TestSilenceIsNotTakenForALimit(t *testing.T) {
	for _, c := range []struct {
		name   string
		ports  int
		loss   float64
		truth  truth
		within time.Duration
	}{
		{"half silent", 1000, 0, servedEvery(10_000, odd), 6 * time.Second},
		{"nearly all silent", 1000, 0, servedEvery(10_000, func(p uint16) bool { return p%20 != 0 }), 6 * time.Second},
		{"loss", 2050, 0.05, servedEvery(41, nil), 8 * time.Second},
		{"half silent and loss", 1000, 0.05, servedEvery(10_000, odd), 15 * time.Second},
		{"half silent, much loss", 1000, 0.2, servedEvery(10_000, odd), 30 * time.Second},
		{"whole host", 65_535, 0, servedEvery(64, nil), 10 * time.Second},
		{"whole host, half silent", 65_535, 0, servedEvery(64, odd), 20 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(3) {
				s := udpScan(simnet.Config{RTT: time.Millisecond, Jitter: time.Millisecond, Loss: c.loss, Port: c.truth, Seed: seed})
				done := s.run(t, udpJobs("10.0.0.1", 1, c.ports))
				t.Logf("%v in %v with %d attempts", reasons(done), s.last(done), len(s.recorder.sent))
				if n := maxFalseSilence(done, c.truth); n > 0 {
					t.Errorf("%d of %d are wrong: %v", n, len(done), reasons(done))
				}
				if d := s.last(done); d > c.within {
					t.Errorf("it took %v, at most %v is meant", d, c.within)
				}
			}
		})
	}
}

// TestALimitIsUsed: a loopback's thousand a second are.
func TestALimitIsUsed(t *testing.T) {
	s := udpScan(linux(nothingServed))
	s.net.Limit, s.net.Burst = 1000, 50
	done := s.run(t, udpJobs("10.0.0.1", 1, 20_000))
	closed := reasons(done)[endpoint.PortUnreach]
	if rate := float64(closed) / s.last(done).Seconds(); rate < 700 {
		t.Errorf("%d errors in %v were met: %.0f of 1,000 a second", closed, s.last(done), rate)
	}
}

// TestAddressesThatLimitDoNotHoldOthersBack: one that limits, before others that
// do not, and several that do.
func TestAddressesThatLimitDoNotHoldOthersBack(t *testing.T) {
	alone := udpScan(linux(nothingServed))
	first := alone.last(alone.run(t, udpJobs("10.0.0.1", 1, 20)))
	many := udpScan(linux(nothingServed))
	if all := many.last(many.run(t, udpJobs("10.0.0.1", 50, 20))); all > first+5*time.Second {
		t.Errorf("50 addresses took %v, one %v", all, first)
	}

	slow := netip.MustParseAddr("10.0.0.1")
	s := udpScan(linux(nothingServed))
	s.opts.Concurrency = 64 // so few that what waits for the limit must hold no place
	s.net.Burst = 1000      // no limit for the others
	jobs := slices.Concat(udpJobs("10.0.0.1", 1, 2000), udpJobs("10.0.1.1", 20, 100))
	done := s.run(t, jobs)
	start := s.recorder.sent[0].Sent
	for _, j := range done {
		if j.To.Addr() != slow && (j.Reason != endpoint.PortUnreach || j.At.Sub(start) > 5*time.Second) {
			t.Fatalf("%v was %v after %v", j.To, j.Reason, j.At.Sub(start))
		}
	}
}

// TestAnswersFromElsewhereAreAwaitedAlone: endpoints that answer from another
// port are told by being asked alone, among any number of others.
func TestAnswersFromElsewhereAreAwaitedAlone(t *testing.T) {
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
			s.net.Elsewhere = func(to netip.AddrPort) bool { return c.truth(to, endpoint.UDP) == endpoint.UDPResponse }
			done := s.run(t, udpJobs("10.0.0.1", 1, c.ports))
			if n := maxFalseSilence(done, c.truth); n > 0 {
				t.Errorf("%d of %d are wrong: %v", n, len(done), reasons(done))
			}
			if d := s.last(done); d > 30*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

// TestCeilingsHoldForUDP: whatever is asked again counts too, and an address's
// ceiling is for both of its protocols together.
func TestCeilingsHoldForUDP(t *testing.T) {
	for _, c := range []struct{ rate, host, limit int }{{500, 0, 0}, {0, 100, 0}, {0, 100, 10}, {300, 50, 10}, {100, 0, 1}} {
		s := udpScan(linux(servedEvery(7, odd)))
		s.net.Port = func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
			if p == endpoint.TCP {
				return byPort(to, p)
			}
			return servedEvery(7, odd)(to, p)
		}
		s.net.Limit, s.net.Loss = c.limit, 0.05
		s.opts.Rate, s.opts.HostRate, s.opts.Patience = float64(c.rate), float64(c.host), 5*time.Second
		done := s.run(t, slices.Concat(udpJobs("10.0.0.1", 3, 300), jobsFor("10.0.0.1", 3, 300)))
		if len(done) != 1800 {
			t.Errorf("%+v: %d came out", c, len(done))
		}
		var all []probe.Time
		hosts := map[netip.Addr][]probe.Time{}
		for _, a := range s.recorder.sent {
			all = append(all, a.Sent)
			hosts[a.To.Addr()] = append(hosts[a.To.Addr()], a.Sent)
		}
		ceilingHolds(t, all, c.rate)
		for _, times := range hosts {
			ceilingHolds(t, times, c.host)
		}
	}
}

func ceilingHolds(t *testing.T, times []probe.Time, rate int) {
	t.Helper()
	if most := mostInASecond(times); rate > 0 && most > max(rate+1, rate+rate/100) {
		t.Errorf("%d attempts in one second, the ceiling is %d", most, rate)
	}
}
