package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// TestNoFalseSilenceProbAfterARunOfLosses has this machine lose all packets after the
// first replies, as with a full connection table. No number of probes is evidence
// then, so no probability is reported.
func TestNoFalseSilenceProbAfterARunOfLosses(t *testing.T) {
	for _, runs := range []bool{true, false} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Loss: 0.05}}
		s.net.Port = func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
			if to.Port()%100 == 99 {
				return 0
			}
			return endpoint.ConnRefused
		}
		s.net.Blackout = func(_ netip.Addr, now probe.Time) bool {
			return runs && simnet.Elapsed(now) > 50*time.Millisecond
		}
		s.opts.Rate = 200
		var counts *probe.Counts
		s.during = func(e *probe.Engine) { e.Close(); counts = e.Counts() }
		lost := reasons(s.run(t, portsOf(span(1, 600)...)))[endpoint.HostLost]
		switch {
		case runs && counts.FalseSilenceProb() > 0:
			t.Errorf("losses in a run: probability %.0e, want none", counts.FalseSilenceProb())
		case runs && lost < 500:
			t.Errorf("losses in a run: %d endpoints have no evidence, want at least 500", lost)
		case !runs && (counts.FalseSilenceProb() == 0 || counts.FalseSilenceProb() > 1e-9):
			t.Errorf("independent losses: probability %.0e, want at most 1e-9", counts.FalseSilenceProb())
		}
	}
}
