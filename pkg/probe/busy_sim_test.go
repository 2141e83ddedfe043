package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
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

// TestBusyTransportDoesNotLoseHosts has a host be down for 3 s. When it is back the
// transport is busy for longer than --lost-patience, so that no canary can show that.
func TestBusyTransportDoesNotLoseHosts(t *testing.T) {
	start := probe.Time(time.Hour)
	for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: 300 * time.Millisecond, Port: serving(22, 1100, 1300, 1499), Blackout: dark(time.Second, 4*time.Second),
		}}
		s.opts.Rate = 500
		s.wrap = func(inner probe.Transport) probe.Transport {
			return &busy{Transport: inner, from: start.Add(3 * time.Second), until: start.Add(time.Minute)}
		}
		jobs := jobsFor("10.0.0.1", 1, 1500)
		for _, j := range jobs {
			j.Proto = proto
		}
		done := s.run(t, jobs)
		requireRight(t, done, s.net.Port)
		s.requireWithin(t, done, 70*time.Second)
	}
}
