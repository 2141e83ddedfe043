package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// jumping is a transport whose clock leaps ahead once, in a poll, as after the process
// was stopped or the machine suspended.
type jumping struct {
	probe.Transport
	at   probe.Time    // time of the leap
	by   time.Duration // length of the leap
	lose bool          // replies during the leap are lost, as on a suspended machine

	off time.Duration
	id  map[probe.ID]bool // probes whose replies are lost
}

func (j *jumping) Now() probe.Time { return j.Transport.Now().Add(j.off) }

func (j *jumping) Send(as []*probe.Attempt) (int, error) {
	n, err := j.Transport.Send(as)
	for _, a := range as[:n] {
		a.Sent = a.Sent.Add(j.off)
		if j.off == 0 {
			j.id[a.ID] = true
		}
	}
	return n, err
}

func (j *jumping) Poll(until probe.Time, into []probe.Reply) (int, bool, error) {
	if until != probe.Never {
		until = until.Add(-j.off)
	}
	n, drained, err := j.Transport.Poll(until, into)
	leapt := j.off > 0
	if !leapt && j.Transport.Now() >= j.at {
		j.off = j.by
	}
	kept := 0
	for _, a := range into[:n] {
		if leapt && j.lose && a.N == 1 && j.id[a.ID] {
			continue
		}
		a.At = a.At.Add(j.off)
		into[kept] = a
		kept++
	}
	return kept, drained, err
}

// TestStallIsNotSilence has the clock leap while probes are outstanding, and the
// network be unreachable for almost a second after it, as on a resumed machine.
func TestStallIsNotSilence(t *testing.T) {
	const leap = 20 * time.Second
	truth := func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if to.Port()%7 == 0 {
			return 0
		}
		return refuses(to, p)
	}
	for _, c := range []struct {
		name             string
		addresses, ports int
		rate, retries    int
		lose             bool
		from, until      time.Duration // blackout, relative to the leap
	}{
		{"one port each, stopped", 2000, 1, 5000, -1, false, 0, 0},
		{"one port each, suspended", 2000, 1, 5000, -1, true, 0, 0},
		{"one port each, suspended, blackout after", 2000, 1, 5000, -1, true, 0, 900 * time.Millisecond},
		{"one host, stopped", 1, 20_000, 20_000, -1, false, 0, 0},
		{"one host, suspended, blackout after", 1, 20_000, 20_000, -1, true, 0, 900 * time.Millisecond},
		{"one host, stopped during a blackout", 1, 20_000, 20_000, -1, false, -200 * time.Millisecond, 900 * time.Millisecond},
		{"no retries, stopped", 1, 5000, 5000, 0, false, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at := probe.Time(time.Hour).Add(300 * time.Millisecond)
			s := scan{opts: defaults(), net: simnet.Config{
				RTT: 20 * time.Millisecond, Jitter: 20 * time.Millisecond, Port: truth,
				Blackout: func(_ netip.Addr, now probe.Time) bool {
					return now >= at.Add(c.from) && now < at.Add(c.until)
				},
			}}
			s.opts.Rate, s.opts.Retries = float64(c.rate), c.retries
			s.wrap = func(inner probe.Transport) probe.Transport {
				return &jumping{Transport: inner, at: at, by: leap, lose: c.lose, id: map[probe.ID]bool{}}
			}
			done := s.run(t, jobsFor("10.0.0.1", c.addresses, c.ports))
			requireRight(t, done, truth)
			if d := s.last(done); d < leap || d > leap+20*time.Second {
				t.Errorf("the scan took %v with a leap of %v, want at most 20s more", d, leap)
			}
		})
	}
}

// TestStallIsNotMeasuredAsRTT has the clock leap while the first reply is in flight:
// the timeout for the next port must not follow from the leap.
func TestStallIsNotMeasuredAsRTT(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: 20 * time.Millisecond, Port: byPort}}
	s.opts.Concurrency = 1
	s.wrap = func(inner probe.Transport) probe.Transport {
		return &jumping{Transport: inner, at: inner.Now() + 1, by: 20 * time.Second, id: map[probe.ID]bool{}}
	}
	s.run(t, portsOf(1, 5))  // the second is silent
	var sent []probe.Attempt // to the silent port
	for _, a := range s.recorder.sent {
		if a.To.Port() == 5 {
			sent = append(sent, a)
		}
	}
	if timeout := sent[1].Sent.Sub(sent[0].Sent); sent[1].N != 2 || timeout > time.Second {
		t.Errorf("probe %d of the silent port follows after %v, want the second within 1s", sent[1].N, timeout)
	}
}
