package probe_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// slowPorts delays port 7300+i by i steps.
func slowPorts(step time.Duration) func(netip.AddrPort) time.Duration {
	return func(to netip.AddrPort) time.Duration {
		if p := to.Port(); p >= 7300 {
			return time.Duration(p-7300) * step
		}
		return 0
	}
}

// opensFrom has ports from 7300 on open and those from 1000 on silent, and the
// others refuse.
func opensFrom(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
	switch p := to.Port(); {
	case p >= 7300:
		return endpoint.SynAck
	case p >= 1000:
		return 0
	}
	return endpoint.ConnRefused
}

// portsOf makes a job for each port of a list at 192.0.2.1.
func portsOf(ports ...int) (jobs []*probe.Job) {
	for _, p := range ports {
		to := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(p))
		jobs = append(jobs, &probe.Job{To: to, Retries: -1})
	}
	return jobs
}

func span(from, to int) (ports []int) {
	for p := from; p <= to; p++ {
		ports = append(ports, p)
	}
	return ports
}

func TestSlowPortsBesideFastOnes(t *testing.T) {
	for _, c := range []struct {
		name    string
		step    time.Duration // between slow ports
		fast    []int
		slow    []int
		change  func(*probe.Options)
		within  time.Duration
		shuffle bool
	}{
		{"up to 950 ms beside 200 closed ports", 50 * time.Millisecond, span(1, 200), span(7300, 7319), nil, 2 * time.Second, false},
		{"more of them than make a blackout", 12 * time.Millisecond, span(1, 200), span(7300, 7369), nil, 3 * time.Second, false},
		{"one forwarded port", 150 * time.Millisecond, span(1, 10), []int{7301}, nil, 200 * time.Millisecond, false},
		{"up to 2.8 s, each at most 1.5 times the one before", 140 * time.Millisecond, span(1, 200), span(7300, 7320), nil, 7 * time.Second, false},
		{"among filtered ports", 300 * time.Millisecond, span(1, 5000), span(7300, 7303), nil, 7 * time.Second, true},
		{"no retries", 50 * time.Millisecond, span(1, 200), span(7300, 7319), func(o *probe.Options) { o.Retries = 0 }, 2 * time.Second, false},
		{"one place", 300 * time.Millisecond, span(1, 50), span(7300, 7303), func(o *probe.Options) { o.Concurrency = 1 }, 4 * time.Second, false},
		{"one place at the address", 300 * time.Millisecond, span(1, 50), span(7300, 7303), func(o *probe.Options) { o.HostConcurrency = 1 }, 5 * time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := scan{opts: defaults(), net: simnet.Config{
				RTT: 500 * time.Microsecond, Port: opensFrom, Delay: slowPorts(c.step),
			}}
			if c.change != nil {
				c.change(&s.opts)
			}
			jobs := append(portsOf(c.fast...), portsOf(c.slow...)...)
			if c.shuffle {
				rand.New(rand.NewPCG(1, 1)).Shuffle(len(jobs), func(i, k int) { jobs[i], jobs[k] = jobs[k], jobs[i] })
			}
			done := s.run(t, jobs)
			for _, j := range done {
				if want := opensFrom(j.To, 0); j.Reason != want && !(want == 0 && j.Reason == endpoint.NoResponse) {
					t.Errorf("%v: %v after %d attempts, want %v", j.To, j.Reason, j.Attempts, want)
				}
				if want := s.net.RTT + s.net.Delay(j.To); j.Reason == endpoint.SynAck && j.RTT != want {
					t.Errorf("%v: RTT %v, want %v", j.To, j.RTT, want)
				}
			}
			if d := s.last(done); d > c.within {
				t.Errorf("took %v, want at most %v", d, c.within)
			}
		})
	}
}

// TestLateRepliesAreNoLoss has a firewall nearby refuse every second port of a host
// that is far away.
func TestLateRepliesAreNoLoss(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{
		RTT: 500 * time.Microsecond, Port: refuses,
		Delay: func(to netip.AddrPort) time.Duration { return time.Duration(to.Port()%2) * 200 * time.Millisecond },
	}}
	var loss float64
	s.during = func(e *probe.Engine) {
		e.Close()
		loss = e.Counts().Loss()
	}
	jobs := portsOf(span(1, 5000)...)
	if n := maxFalseSilence(s.run(t, jobs), refuses); n > 0 {
		t.Errorf("%d of %d are wrong", n, len(jobs))
	}
	if loss != 0 {
		t.Errorf("loss %v, want 0", loss)
	}
	if n := len(s.recorder.sent); n > len(jobs)*3/2 {
		t.Errorf("%d attempts at %d endpoints: the RTO does not follow common late replies", n, len(jobs))
	}
}

// TestTimeoutEndsListening: a shorter --timeout is the time that every endpoint is
// listened to.
func TestTimeoutEndsListening(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{
		RTT: 500 * time.Microsecond, Port: opensFrom, Delay: slowPorts(100 * time.Millisecond),
	}}
	s.opts.Timeout = 250 * time.Millisecond
	for _, j := range s.run(t, append(portsOf(span(1, 50)...), portsOf(span(7300, 7309)...)...)) {
		want := endpoint.SynAck
		switch p := j.To.Port(); {
		case p < 7300:
			want = endpoint.ConnRefused
		case p > 7305: // later than two attempts of 250 ms
			want = endpoint.NoResponse
		case p > 7302:
			continue
		}
		if j.Reason != want {
			t.Errorf("%v: %v, want %v", j.To, j.Reason, want)
		}
	}
}

// room is a transport that holds few attempts.
type room struct {
	probe.Transport
	n, told int
	held    map[attempt]bool
}

type attempt struct {
	id probe.ID
	n  uint8
}

func (r *room) Stats() probe.Stats { return probe.Stats{Room: r.told} }

func (r *room) Send(as []*probe.Attempt) (int, error) {
	for i, a := range as {
		if len(r.held) >= r.n {
			return i, probe.ErrBusy
		}
		r.Transport.Send(as[i : i+1])
		r.held[attempt{a.ID, a.N}] = true
	}
	return len(as), nil
}

func (r *room) Poll(until probe.Time, into []probe.Answer) (int, bool, error) {
	n, drained, err := r.Transport.Poll(until, into)
	for _, a := range into[:n] {
		delete(r.held, attempt{a.ID, a.N})
	}
	return n, drained, err
}

func (r *room) Forget(a *probe.Attempt) {
	delete(r.held, attempt{a.ID, a.N})
	r.Transport.Forget(a)
}

// TestFewDescriptors: when descriptors run short probing waits, and no endpoint is
// listened to for less.
func TestFewDescriptors(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 20, 200} {
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: 500 * time.Microsecond, Port: opensFrom, Delay: slowPorts(50 * time.Millisecond),
		}}
		s.wrap = func(t probe.Transport) probe.Transport {
			return &room{Transport: t, n: n, told: n, held: map[attempt]bool{}}
		}
		done := s.run(t, append(portsOf(span(990, 1030)...), portsOf(span(7300, 7318)...)...))
		for _, j := range done {
			if want := opensFrom(j.To, 0); j.Reason != want && !(want == 0 && j.Reason == endpoint.NoResponse) {
				t.Errorf("room for %d: %v: %v after %d attempts, want %v", n, j.To, j.Reason, j.Attempts, want)
			}
		}
		t.Logf("room for %d: %v", n, s.last(done))
	}
}

// TestBusyTransportGetsDescriptorsBack has other processes use the descriptors that
// the transport reckons with: those of the first probes are all that there are.
func TestBusyTransportGetsDescriptorsBack(t *testing.T) {
	for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: opensFrom}}
		s.opts.HostTimeout = time.Minute // where none came back, the run would not end
		s.wrap = func(t probe.Transport) probe.Transport {
			return &room{Transport: t, n: 4, told: 1000, held: map[attempt]bool{}}
		}
		jobs := append(portsOf(7300), portsOf(span(1000, 1020)...)...) // only the first replies
		for _, j := range jobs {
			j.Proto = proto
		}
		if n := reasons(s.run(t, jobs))[endpoint.NoResponse]; n != 21 {
			t.Errorf("%v: %d of 21 silent ports have no response", proto, n)
		}
	}
}

// TestRepeatsOfTheSystemCount: the limits on rates and the count of attempts see the
// SYNs that the kernel repeats by itself.
func TestRepeatsOfTheSystemCount(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{
		RTT: 500 * time.Microsecond, Port: opensFrom, Delay: slowPorts(950 * time.Millisecond),
	}}
	repeats := []time.Duration{time.Second, 2 * time.Second}
	s.opts.Repeats, s.opts.Rate = repeats, 100
	var counted int64
	s.during = func(e *probe.Engine) {
		e.Close()
		counted = e.Counts().Repeats.Load()
	}
	done := s.run(t, append(portsOf(7301), portsOf(span(990, 1400)...)...))
	// 7301 replies after 950 ms: the filtered ports are listened to for 1.425 s.
	if counted < 300 || counted > 500 {
		t.Errorf("%d repeats were counted of 411 endpoints", counted)
	}
	if d := s.last(done); d < 14*time.Second {
		t.Errorf("took %v: repeats are not held against the rate", d)
	}
}

// TestNoClaimWhereLossesComeInRuns has this machine lose all that it sends after the
// first replies, as with a full connection table: no probability is claimed.
func TestNoClaimWhereLossesComeInRuns(t *testing.T) {
	for _, runs := range []bool{true, false} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Loss: 0.05}}
		s.net.Port = func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
			if to.Port()%100 == 99 {
				return 0
			}
			return endpoint.ConnRefused
		}
		s.net.Dark = func(_ netip.Addr, now probe.Time) bool {
			return runs && now > probe.Time(time.Hour).Add(50*time.Millisecond)
		}
		s.opts.Rate = 200
		var counts *probe.Counts
		s.during = func(e *probe.Engine) { e.Close(); counts = e.Counts() }
		s.run(t, portsOf(span(1, 600)...))
		switch {
		case runs && counts.FalseSilenceProb() > 0:
			t.Errorf("in runs: the probability of a wrong no-response is claimed to be at most %.0e", counts.FalseSilenceProb())
		case runs && counts.Unproven.Load() < 500:
			t.Errorf("in runs: %d endpoints are unproven", counts.Unproven.Load())
		case !runs && (counts.FalseSilenceProb() == 0 || counts.FalseSilenceProb() > 1e-9):
			t.Errorf("independent: probability %.0e", counts.FalseSilenceProb())
		}
	}
}
