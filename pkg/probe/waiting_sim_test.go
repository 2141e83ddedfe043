package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// polled is a transport that calls a function after each poll.
type polled struct {
	probe.Transport
	after func(now time.Duration)
}

func (p polled) Poll(until probe.Time, into []probe.Reply) (int, bool, error) {
	n, drained, err := p.Transport.Poll(until, into)
	p.after(simnet.Elapsed(p.Now()))
	return n, drained, err
}

// TestWaitingNamesTheSilentHost has one of two hosts stop replying after a second.
func TestWaitingNamesTheSilentHost(t *testing.T) {
	stops := netip.MustParseAddr("10.0.0.2")
	started := make(chan *probe.Engine, 1)
	var engine *probe.Engine
	var waiting probe.Waiting
	s := scan{opts: defaults(), started: started, net: simnet.Config{
		RTT: 10 * time.Millisecond, Port: refuses,
		Blackout: func(a netip.Addr, now probe.Time) bool { return a == stops && simnet.Elapsed(now) > time.Second },
	}}
	s.opts.HostRate = 1000
	s.wrap = func(t probe.Transport) probe.Transport {
		return polled{t, func(now time.Duration) {
			select {
			case engine = <-started:
			default:
			}
			if engine != nil && now >= 3*time.Second && !waiting.Addr.IsValid() {
				waiting, _ = engine.Waiting()
			}
		}}
	}
	s.run(t, jobsFor("10.0.0.1", 2, 2000))
	if since := simnet.Elapsed(waiting.Since); waiting.Addr != stops || since < 990*time.Millisecond || since > 1010*time.Millisecond {
		t.Errorf("waiting for %v since %v, want %v since 1s", waiting.Addr, since, stops)
	}
	if w, unsettled := engine.Waiting(); w.Addr.IsValid() || unsettled {
		t.Errorf("in the end waiting for %v (unsettled: %v), want none", w.Addr, unsettled)
	}
}
