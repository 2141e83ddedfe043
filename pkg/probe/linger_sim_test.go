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

// slowPorts delays the replies of port 7300+i by i steps.
func slowPorts(step time.Duration) func(netip.AddrPort) time.Duration {
	return func(to netip.AddrPort) time.Duration {
		if p := to.Port(); p >= 7300 {
			return time.Duration(p-7300) * step
		}
		return 0
	}
}

func TestSlowPortsBesideFastOnesAreHeard(t *testing.T) {
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
		{"as many of them as look like a blackout", 12 * time.Millisecond, span(1, 200), span(7300, 7369), nil, 3 * time.Second, false},
		{"one forwarded port", 150 * time.Millisecond, span(1, 10), []int{7301}, nil, 200 * time.Millisecond, false},
		{"up to 2.8 s, each at most 1.5 times the one before", 140 * time.Millisecond, span(1, 200), span(7300, 7320), nil, 7 * time.Second, false},
		{"among filtered ports", 300 * time.Millisecond, span(1, 5000), span(7300, 7303), nil, 7 * time.Second, true},
		{"no retries", 50 * time.Millisecond, span(1, 200), span(7300, 7319), func(o *probe.Options) { o.Retries = 0 }, 2 * time.Second, false},
		{"window of one", 300 * time.Millisecond, span(1, 50), span(7300, 7303), func(o *probe.Options) { o.Concurrency = 1 }, 4 * time.Second, false},
		{"window of one at the host", 300 * time.Millisecond, span(1, 50), span(7300, 7303), func(o *probe.Options) { o.HostConcurrency = 1 }, 5 * time.Second, false},
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
			requireRight(t, done, opensFrom)
			for _, j := range done {
				if want := s.net.RTT + s.net.Delay(j.To); j.Reason == endpoint.SynAck && j.RTT != want {
					t.Errorf("%v: RTT %v, want %v", j.To, j.RTT, want)
				}
			}
			s.requireWithin(t, done, c.within)
		})
	}
}

// TestLateRepliesAreHeardWhileTheHostIsSuspect has all replies be late for a while, as on
// a busy machine, so that canaries fail. Without retries nothing else finds a slow port.
func TestLateRepliesAreHeardWhileTheHostIsSuspect(t *testing.T) {
	slow := slowPorts(40 * time.Millisecond)
	probes := 0
	s := scan{opts: defaults(), net: simnet.Config{
		RTT: 500 * time.Microsecond, Port: opensFrom,
		Delay: func(to netip.AddrPort) time.Duration {
			if probes++; probes > 50 {
				return slow(to) + 150*time.Millisecond
			}
			return slow(to)
		},
	}}
	s.opts.Retries, s.opts.Rate = 0, 500
	requireRight(t, s.run(t, portsOf(append(span(1, 200), span(7300, 7319)...)...)), opensFrom)
}

// TestCommonLateRepliesLengthenTheTimeout has a nearby firewall reject every second
// port of a distant host.
func TestCommonLateRepliesLengthenTheTimeout(t *testing.T) {
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
	requireRight(t, s.run(t, jobs), refuses)
	if loss != 0 {
		t.Errorf("loss %v, want 0", loss)
	}
	if n := len(s.recorder.sent); n > len(jobs)*3/2 {
		t.Errorf("%d probes of %d endpoints, want at most 1.5 each", n, len(jobs))
	}
}

func TestTimeoutBoundsLingering(t *testing.T) {
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

// TestListeningNeedsNoSlot has few distant hosts, which reply to their second probes
// only, among silent addresses. Two timeouts of 0.3 s hold the slot of an endpoint, not
// the second in which it is listened to.
func TestListeningNeedsNoSlot(t *testing.T) {
	distant := func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if to.Addr().As4()[3]%10 == 1 {
			return endpoint.SynAck
		}
		return 0
	}
	for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 900 * time.Millisecond, Port: distant}}
		s.opts.Concurrency = 20
		jobs := jobsFor("10.0.0.1", 250, 2)
		for _, j := range jobs {
			j.Proto = proto
		}
		done := s.run(t, jobs)
		if n := reasons(done)[endpoint.NoResponse]; n != 450 {
			t.Errorf("%v: %d endpoints without a reply, want 450", proto, n)
		}
		s.requireWithin(t, done, 500*2*300*time.Millisecond/20+5*time.Second) // canaries to the distant hosts hold slots, too
	}
}
