package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// edited is a transport whose replies pass through a function.
type edited struct {
	probe.Transport
	edit func(*probe.Answer)
}

func (e edited) Poll(until probe.Time, into []probe.Answer) (int, bool, error) {
	n, drained, err := e.Transport.Poll(until, into)
	for i := range into[:n] {
		e.edit(&into[i])
	}
	return n, drained, err
}

// TestFastHostUnreachIsOnePort has a firewall on an on-link host report
// host-unreach for some ports: connect(2) returns the same error for that and for
// an unresolved neighbor, but no search for a neighbor fails within 1 ms.
func TestFastHostUnreachIsOnePort(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: byPort}}
	s.opts.OnLink = func(netip.Addr) bool { return true }
	s.wrap = func(inner probe.Transport) probe.Transport {
		return edited{inner, func(a *probe.Answer) { a.Unresolved = a.Reason == endpoint.HostUnreach }}
	}
	done := s.run(t, jobsFor("10.0.0.1", 2, 100))
	if n := maxFalseSilence(done, byPort); n > 0 {
		t.Errorf("%d of %d are wrong: %v", n, len(done), reasons(done))
	}
}

// TestSearchesThatAreNotReported: where the system does not report a search that
// failed, its neighbor table gives every port of the address the same reason,
// whatever the timeout is. A search that is under way is waited for.
func TestSearchesThatAreNotReported(t *testing.T) {
	for _, c := range []struct {
		known probe.Neighbor
		want  endpoint.Reason
		least time.Duration
	}{
		{probe.NeighborMissing, endpoint.HostUnreach, 0},
		{probe.NeighborSought, endpoint.HostUnreach, 3 * time.Second},
		{probe.NeighborFound, endpoint.NoResponse, 0},
		{probe.NeighborUnknown, endpoint.NoResponse, 0},
	} {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			s := scan{opts: defaults()}
			s.opts.Timeout, s.opts.Retries = 300*time.Millisecond, 0
			s.opts.OnLink = func(netip.Addr) bool { return true }
			s.opts.Neighbor = func(netip.Addr) probe.Neighbor { return c.known }
			s.net.Port = func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return 0 }
			jobs := jobsFor("10.0.0.1", 2, 20)
			for _, j := range jobs {
				j.Proto = proto
			}
			done := s.run(t, jobs)
			for _, j := range done {
				if j.Reason != c.want || j.RTT >= 0 {
					t.Errorf("neighbor %v: %v %v is %v after %v", c.known, proto, j.To, j.Reason, j.RTT)
				}
			}
			if d := s.last(done); d < c.least || d > 7*time.Second {
				t.Errorf("neighbor %v, %v: it took %v", c.known, proto, d)
			}
		}
	}
}
