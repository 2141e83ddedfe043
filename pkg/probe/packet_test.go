package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// TestErrorsAboutThePacket: a probe that a router could not forward is sent again,
// a few times, and no state rests on it.
func TestErrorsAboutThePacket(t *testing.T) {
	for _, c := range []struct {
		errors, retries int
		want            endpoint.Reason
		attempts        uint8
	}{
		{1, 0, endpoint.SynAck, 2},
		{3, -1, endpoint.SynAck, 4},
		{30, 0, endpoint.NoResponse, 4},
		{30, 1, endpoint.NoResponse, 5},
	} {
		s := scan{opts: defaults()}
		s.opts.Retries = c.retries
		s.net.Port = func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.SynAck }
		s.net.TooBig = func(a *probe.Attempt) bool { return int(a.N) <= c.errors }
		j := s.run(t, jobsFor("10.0.0.1", 1, 1))[0]
		if j.Reason != c.want || j.Attempts != c.attempts {
			t.Errorf("%d errors: %v after %d attempts, want %v after %d", c.errors, j.Reason, j.Attempts, c.want, c.attempts)
		}
	}
}

// TestLocalErrorAboutAnOlderProbeIsIgnored has the error about the second probe
// arrive while the third is outstanding, and the reply to that while the fourth is.
func TestLocalErrorAboutAnOlderProbeIsIgnored(t *testing.T) {
	s := scan{opts: defaults()}
	s.opts.Retries = 4
	s.net.RTT = 400 * time.Millisecond // more than the first timeouts
	s.net.Port = func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.SynAck }
	s.net.TooBig = func(a *probe.Attempt) bool { return a.N == 2 }
	j := s.run(t, jobsFor("10.0.0.1", 1, 1))[0]
	if j.Reason != endpoint.SynAck || j.Attempts != 4 || j.RTT != s.net.RTT {
		t.Errorf("%v after %d probes, RTT %v; want syn-ack after 4, RTT %v", j.Reason, j.Attempts, j.RTT, s.net.RTT)
	}
}
