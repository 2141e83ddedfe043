package probe_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

func TestRatesAreKept(t *testing.T) {
	for _, c := range []struct{ rate, host int }{{500, 0}, {0, 100}, {3000, 400}, {7, 0}} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Loss: 0.05, Port: byPort}}
		s.opts.Rate, s.opts.HostRate = float64(c.rate), float64(c.host)
		jobs := 4 * max(c.rate, 10*c.host) / 10
		done := s.run(t, jobsFor("10.0.0.1", 10, max(jobs/2, 10)))
		requireRight(t, done, byPort)
		requireRates(t, s.recorder.sent, c.rate, c.host, 0)
		all, hosts := timesSent(s.recorder.sent)
		requireHalfUsed(t, all, c.rate)
		for _, times := range hosts {
			requireHalfUsed(t, times, c.host)
		}
	}
}

func TestRatesBelowOnePerSecond(t *testing.T) {
	for _, c := range []struct{ rate, host float64 }{{0.5, 0}, {0, 0.5}, {0.5, 0.25}} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Port: byPort}}
		s.opts.Rate, s.opts.HostRate = c.rate, c.host
		done := s.run(t, jobsFor("10.0.0.1", 1, 6))
		requireRight(t, done, byPort)
		sent := s.recorder.sent
		slowest := c.host
		if slowest == 0 {
			slowest = c.rate
		}
		interval := time.Duration(float64(time.Second) / slowest)
		for i, a := range sent[1:] {
			// The schedule permits a burst of two.
			if gap := a.Sent.Sub(sent[0].Sent); gap < time.Duration(i)*interval {
				t.Errorf("%+v: probe %d was sent %v after the first", c, i+2, gap)
			}
		}
		if span, most := sent[len(sent)-1].Sent.Sub(sent[0].Sent), time.Duration(len(sent))*interval; span > most {
			t.Errorf("%+v: %d probes took %v, want at most %v", c, len(sent), span, most)
		}
	}
}

// TestRatesHoldForUDP counts retries as well, and both protocols of a host together.
func TestRatesHoldForUDP(t *testing.T) {
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
			t.Errorf("%+v: %d jobs were settled, want 1800", c, len(done))
		}
		requireRates(t, s.recorder.sent, c.rate, c.host, 0)
	}
}

// TestRepeatsOfTheKernelCountAgainstTheRate has the kernel repeat SYNs after 1 s and
// after 2 s.
func TestRepeatsOfTheKernelCountAgainstTheRate(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{
		RTT: 500 * time.Microsecond, Port: opensFrom, Delay: slowPorts(950 * time.Millisecond),
	}}
	s.opts.Repeats, s.opts.Rate = []time.Duration{time.Second, 2 * time.Second}, 100
	var counted int64
	s.during = func(e *probe.Engine) {
		e.Close()
		counted = e.Counts().Repeats.Load()
	}
	done := s.run(t, append(portsOf(7301), portsOf(span(990, 1400)...)...))
	// Port 7301 replies after 950 ms, so silent ports are listened to for 1.425 s.
	if counted < 300 || counted > 500 {
		t.Errorf("%d repeats at 411 silent endpoints, want 300 to 500", counted)
	}
	if d := s.last(done); d < 14*time.Second {
		t.Errorf("the scan took %v, want at least 14s with the repeats", d)
	}
}

// TestKernelRepeatsNoUDP has UDP probes wait for longer than the kernel's first repeat of
// a SYN.
func TestKernelRepeatsNoUDP(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: 2 * time.Second, Port: opensFrom}}
	s.opts.Repeats = []time.Duration{time.Second, 3 * time.Second}
	jobs := portsOf(990, 1000)
	for _, j := range jobs {
		j.Proto = endpoint.UDP
	}
	s.during = func(e *probe.Engine) {
		if e.Close(); e.Counts().Repeats.Load() != 0 {
			t.Errorf("%d repeats of UDP probes", e.Counts().Repeats.Load())
		}
	}
	s.run(t, jobs)
}

// timesSent returns when probes were sent, in total and by host.
func timesSent(sent []probe.Attempt) (all []probe.Time, hosts map[netip.Addr][]probe.Time) {
	hosts = map[netip.Addr][]probe.Time{}
	for _, a := range sent {
		all = append(all, a.Sent)
		hosts[a.To.Addr()] = append(hosts[a.To.Addr()], a.Sent)
	}
	return all, hosts
}

// requireRates fails the test if more probes were sent in a second than a rate, or
// than hostRate to one host; 0: unlimited. Of probes sent late there may be more.
func requireRates(t *testing.T, sent []probe.Attempt, rate, hostRate, late int) {
	t.Helper()
	all, hosts := timesSent(sent)
	if n := mostInASecond(all); rate > 0 && n > max(rate+1, rate+rate/100)+late {
		t.Errorf("%d probes in one second at a rate of %d", n, rate)
	}
	for host, times := range hosts {
		if n := mostInASecond(times); hostRate > 0 && n > max(hostRate+1, hostRate+hostRate/100)+late {
			t.Errorf("%d probes to %v in one second at a rate of %d", n, host, hostRate)
		}
	}
}

// requireHalfUsed fails the test if probes were sent at less than half of the rate
// for more than 2 s.
func requireHalfUsed(t *testing.T, times []probe.Time, rate int) {
	t.Helper()
	span := times[len(times)-1].Sub(times[0]).Seconds()
	if span > 2 && float64(len(times))/span < 0.5*float64(rate) {
		t.Errorf("%d probes in %.1f s at a rate of %d", len(times), span, rate)
	}
}

// mostInASecond returns the maximum number of times within one second.
func mostInASecond(times []probe.Time) (most int) {
	for i, j := 0, 0; j < len(times); j++ {
		for times[j].Sub(times[i]) >= time.Second {
			i++
		}
		most = max(most, j-i+1)
	}
	return most
}
