package probe_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// oneMachine makes one machine the owner of all addresses.
func oneMachine(netip.Addr) netip.Addr { return router }

var router = netip.MustParseAddr("10.0.0.254")

// alive has the addresses whose last byte is in a set have closed ports only, and
// the others be silent.
func alive(is func(last byte) bool) truth {
	return func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if b := to.Addr().As16(); is(b[15]) {
			return endpoint.PortUnreach
		}
		return 0
	}
}

// requireNoneWrong fails the test if a job's reason is neither the true one nor
// rate-limited.
func requireNoneWrong(t *testing.T, done []*probe.Job, port truth) {
	t.Helper()
	for _, j := range done {
		if want := port.reason(j); j.Reason != want && j.Reason != endpoint.RateLimited {
			t.Errorf("%v is %v, want %v; in total %v", j.To, j.Reason, want, reasons(done))
			return
		}
	}
}

// TestCommonICMPLimitIsWaitedFor has one machine with many addresses, or a router that
// rejects for a whole network, limit its ICMP errors in total.
func TestCommonICMPLimitIsWaitedFor(t *testing.T) {
	for _, c := range []struct {
		name             string
		addresses, ports int
		limit, burst     int
		loss             float64
		router           bool
		closed           int // minimum number of ports found to be closed
		within           time.Duration
	}{
		{"eleven addresses", 11, 1, 1, 6, 0, false, 11, 12 * time.Second},
		{"eleven addresses, four ports", 11, 4, 1, 6, 0, false, 25, 34 * time.Second},
		{"eleven addresses, loss", 11, 4, 1, 6, 0.02, false, 20, 36 * time.Second},
		{"two addresses, many ports", 2, 100, 1, 6, 0, false, 25, 34 * time.Second},
		{"a router", 200, 1, 2, 6, 0, true, 40, 36 * time.Second},
		{"a router, four ports", 200, 4, 2, 6, 0, true, 40, 38 * time.Second},
		{"a router without a burst", 200, 1, 2, 1, 0, true, 30, 36 * time.Second},
		{"a thousand a second", 11, 1000, 1000, 50, 0, false, 10_000, 25 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				s := udpScan(linux(nothingServed))
				s.net.Limit, s.net.Burst, s.net.Loss, s.net.Seed, s.net.Limiter = c.limit, c.burst, c.loss, seed, oneMachine
				if c.router {
					s.net.Sender = func(netip.AddrPort) netip.Addr { return router }
				}
				done := s.run(t, udpJobs("10.0.0.9", c.addresses, c.ports))
				count := reasons(done)
				t.Logf("%v in %v with %d probes", count, s.last(done), len(s.recorder.sent))
				requireNoneWrong(t, done, nothingServed)
				if count[endpoint.PortUnreach] < c.closed {
					t.Errorf("%d ports are closed, want at least %d", count[endpoint.PortUnreach], c.closed)
				}
				s.requireWithin(t, done, c.within)
			}
		})
	}
}

// TestSilentAddressesBesideLimitedOnes requires that unused addresses of a /24 are
// concluded silent soon, whether the others limit their ICMP errors or not.
func TestSilentAddressesBesideLimitedOnes(t *testing.T) {
	for _, c := range []struct {
		name         string
		ports        int
		limit, burst int
		alive        func(byte) bool
		rate         float64
		within       time.Duration // for the unused addresses
	}{
		{"one that limits, one port", 1, 1, 6, func(b byte) bool { return b == 77 }, 0, 10 * time.Second},
		{"one that limits", 100, 1, 6, func(b byte) bool { return b == 77 }, 0, 28 * time.Second},
		{"fifty that limit", 20, 1, 6, func(b byte) bool { return b%5 == 0 }, 0, 25 * time.Second},
		{"fifty that limit, many ports", 100, 1, 6, func(b byte) bool { return b%5 == 0 }, 0, 25 * time.Second},
		{"half do not limit", 20, 0, 0, func(b byte) bool { return b%2 == 0 }, 0, 12 * time.Second},
		{"half do not limit, slowly", 20, 0, 0, func(b byte) bool { return b%2 == 0 }, 500, 30 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(2) {
				port := alive(c.alive)
				s := udpScan(linux(port))
				s.net.Limit, s.net.Burst, s.net.Seed, s.opts.Rate = c.limit, c.burst, seed, c.rate
				done := s.run(t, udpJobs("10.0.0.1", 254, c.ports))
				t.Logf("%v in %v with %d probes", reasons(done), s.last(done), len(s.recorder.sent))
				requireNoneWrong(t, done, port)
				start := s.recorder.sent[0].Sent
				var unused, soon, limited int
				for _, j := range done {
					switch took := j.At.Sub(start); {
					case port(j.To, j.Proto) != 0:
						continue
					case j.Reason == endpoint.RateLimited:
						limited++
					case took <= c.within:
						soon++
					}
					unused++
				}
				t.Logf("%d of %d within %v, %d rate-limited", soon, unused, c.within, limited)
				if soon < unused*95/100 || limited > unused/100 {
					t.Errorf("%d of %d unused addresses are silent within %v, %d are rate-limited", soon, unused, c.within, limited)
				}
			}
		})
	}
}

// TestCommonICMPLimitIsFoundBySenderOrNeighbor has eight networks share a limit.
func TestCommonICMPLimitIsFoundBySenderOrNeighbor(t *testing.T) {
	for _, by := range []string{"sender", "neighbor"} {
		t.Run(by, func(t *testing.T) {
			s := udpScan(linux(nothingServed))
			s.net.Limiter = oneMachine
			s.net.Burst = 8 // one for each network
			if by == "sender" {
				s.net.Sender = func(netip.AddrPort) netip.Addr { return router }
			} else {
				s.opts.LinkLayer = func(netip.Addr) string { return "02:00:00:00:00:01" }
				s.opts.OnLink = func(netip.Addr) bool { return true }
			}
			var jobs []*probe.Job
			for port := range 4 {
				for i := range 8 {
					jobs = append(jobs, udpJobs(fmt.Sprintf("10.0.%d.9", i), 1, port+1)[port])
				}
			}
			done := s.run(t, jobs)
			t.Logf("%v in %v with %d probes", reasons(done), s.last(done), len(s.recorder.sent))
			requireNoneWrong(t, done, nothingServed)
		})
	}
}
