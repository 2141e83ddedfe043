package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// busy is a transport that sends nothing for a while.
type busy struct {
	probe.Transport
	from, until probe.Time
	refused     int
}

func (b *busy) Send(as []*probe.Attempt) (int, error) {
	if now := b.Now(); now >= b.from && now < b.until {
		b.refused++
		return 0, probe.ErrBusy
	}
	return b.Transport.Send(as)
}

// TestBusyTransportSpendsNoProbes has a host be down for 12 s, and the transport be busy
// for 10 s of them. Probes that were never sent must not use up the patience with the
// blackout, after which the host is probed at full speed.
func TestBusyTransportSpendsNoProbes(t *testing.T) {
	start := probe.Time(time.Hour)
	down, up := start.Add(200*time.Millisecond), start.Add(12200*time.Millisecond)
	for _, hostRate := range []float64{0, 5000} {
		b := &busy{from: down.Add(time.Second), until: down.Add(11 * time.Second)}
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: 5 * time.Millisecond, Port: byPort,
			Blackout: func(_ netip.Addr, now probe.Time) bool { return now >= down && now < up },
		}}
		s.opts.Rate, s.opts.HostRate = 20_000, hostRate
		s.wrap = func(inner probe.Transport) probe.Transport {
			b.Transport = inner
			return b
		}
		done := s.run(t, jobsFor("10.0.0.1", 1, 10_000))
		requireRight(t, done, byPort)
		// The blackout is noticed after some hundred probes at most.
		var lost int
		for _, a := range s.recorder.sent {
			if a.Sent >= down.Add(500*time.Millisecond) && a.Sent < up {
				lost++
			}
		}
		if b.refused == 0 || lost > 25 {
			t.Errorf("host rate %v: %d probes sent into the blackout after it was noticed, %d batches refused", hostRate, lost, b.refused)
		}
	}
}
