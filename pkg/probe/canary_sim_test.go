package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// TestCanariesAreFew scans a host that drops everything but one port, which is the only
// witness: it gets about one canary per second, in bursts of two, and the scan takes
// little longer than the probes of the other ports.
func TestCanariesAreFew(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Port: filteredBut(22)}}
	done := s.run(t, jobsFor("10.0.0.1", 1, 20_000))
	requireRight(t, done, filteredBut(22))
	var canaries []probe.Time
	for _, a := range s.sent() {
		if a.To.Port() == 22 {
			canaries = append(canaries, a.Sent)
		}
	}
	canaries = canaries[1:]
	seconds := s.last(done).Seconds()
	if n := float64(len(canaries)); n < seconds || n > seconds/0.9+2 {
		t.Errorf("%v canaries in %.2f s, want about one per second", n, seconds)
	}
	for i, at := range canaries[min(2, len(canaries)):] {
		if d := at.Sub(canaries[i]); d < 900*time.Millisecond {
			t.Errorf("three canaries within %v", d)
		}
	}
	if seconds > 3 {
		t.Errorf("the scan took %.2f s, want at most 3 s", seconds)
	}
}

// TestRouterIsNoWitness has a router reject some ports of a host, at most ten per second,
// and nothing of the host itself: no canary is sent, and the host is never lost.
func TestRouterIsNoWitness(t *testing.T) {
	for _, limit := range []int{0, 10} {
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: 5 * time.Millisecond, Limit: limit, Burst: 6, Port: everyFourth(endpoint.AdminProhibited), Sender: fromRouter,
		}}
		done := s.run(t, jobsFor("10.0.0.1", 1, 200))
		if n := reasons(done)[endpoint.HostLost]; n > 0 {
			t.Errorf("limit %d: %d endpoints are host-lost: %v", limit, n, reasons(done))
		}
		count := map[uint16]int{}
		for _, a := range s.sent() {
			if count[a.To.Port()]++; a.N != uint8(count[a.To.Port()]) {
				t.Fatalf("limit %d: %v got probe %d after %d others", limit, a.To, a.N, count[a.To.Port()]-1)
			}
		}
	}
}

// everyFourth has every fourth port reply with a reason, and the others be silent.
func everyFourth(r endpoint.Reason) truth {
	return func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if to.Port()%4 == 0 {
			return r
		}
		return 0
	}
}

func fromRouter(netip.AddrPort) netip.Addr { return router }
