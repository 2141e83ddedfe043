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

// TestBusyTransportSpendsNoProbes: a host is down for 12 s, and the transport is busy for
// 10 of them. Probes that were never sent use up neither the patience with the blackout,
// after which the host would be probed at full speed, nor a rate limit.
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

// TestJobIsReset: a job that is submitted again has the result of the second run alone.
func TestJobIsReset(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Port: byPort}}
	jobs := jobsFor("10.0.0.1", 1, 100)
	first := map[netip.AddrPort]probe.Result{}
	for run := range 3 {
		for _, j := range s.run(t, jobs) {
			r := j.Result
			r.At, r.RTT = 0, 0
			if old, ok := first[j.To]; run > 0 && (!ok || r != old) {
				t.Errorf("run %d: %v: %+v, at first %+v", run, j.To, r, old)
			}
			first[j.To] = r
			j.Fail(probe.ErrBusy) // a caller may leave anything
			j.TTL, j.Relayed = 77, true
		}
	}
}
