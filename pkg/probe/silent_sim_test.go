package probe_test

import (
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// skipping returns a scan with --skip-silent 20 of a network without echo replies.
func skipping(port truth) *scan {
	s := &scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: port}}
	s.opts.SkipSilent = 20
	s.net.Echo = func(netip.Addr) bool { return false }
	return s
}

// repliesFrom is the truth of a host that drops everything but one port.
func repliesFrom(port uint16) truth {
	return func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if to.Port() == port {
			return endpoint.ConnRefused
		}
		return 0
	}
}

// overUDP changes the jobs to UDP.
func overUDP(jobs []*probe.Job) []*probe.Job {
	for _, j := range jobs {
		j.Proto = endpoint.UDP
	}
	return jobs
}

// requireSkipped fails the test unless exactly the first 20 jobs of every address were
// probed, and the others are host-silent.
func requireSkipped(t *testing.T, s *scan, jobs []*probe.Job) {
	t.Helper()
	settled := s.run(t, slices.Clone(jobs))
	of := map[netip.Addr]int{}
	for _, j := range jobs {
		of[j.To.Addr()]++
		want, probed := endpoint.NoResponse, true
		if of[j.To.Addr()] > 20 {
			want, probed = endpoint.HostSilent, false
		}
		if j.Reason != want || (j.Attempts > 0) != probed {
			t.Errorf("%v/%v: %v after %d probes, want %v", j.To, j.Proto, j.Reason, j.Attempts, want)
		}
	}
	if d := s.last(settled); d < s.opts.Timeout || d > s.opts.Timeout+1500*time.Millisecond {
		t.Errorf("the scan took %v, want %v and the time of the retries", d, s.opts.Timeout)
	}
}

func TestSilentAddressesAreSkipped(t *testing.T) {
	both := append(jobsFor("10.0.0.1", 2, 15), overUDP(jobsFor("10.0.0.1", 2, 100))...)
	for name, c := range map[string]struct {
		jobs   []*probe.Job
		change func(*scan)
	}{
		"TCP":             {jobsFor("10.0.0.1", 5, 200), nil},
		"UDP":             {overUDP(jobsFor("10.0.0.1", 5, 200)), nil},
		"TCP and UDP":     {both, nil},
		"IPv6":            {jobsFor("fd00::1", 3, 100), nil},
		"without retries": {jobsFor("10.0.0.1", 3, 100), func(s *scan) { s.opts.Retries = 0 }},
		"one slot a host": {jobsFor("10.0.0.1", 3, 30), func(s *scan) { s.opts.HostConcurrency = 20 }},
		"short timeout":   {jobsFor("10.0.0.1", 3, 100), func(s *scan) { s.opts.Timeout = 600 * time.Millisecond }},
		"long timeout":    {jobsFor("10.0.0.1", 3, 100), func(s *scan) { s.opts.Timeout = 20 * time.Second }},
	} {
		t.Run(name, func(t *testing.T) {
			s := skipping(silent)
			if c.change != nil {
				c.change(s)
			}
			requireSkipped(t, s, c.jobs)
		})
	}
}

// TestSystemRetransmitsForTheSample has the system retransmit SYNs: no second probe is
// needed, and the timeout of the first decides.
func TestSystemRetransmitsForTheSample(t *testing.T) {
	s := skipping(silent)
	s.opts.Repeats = []time.Duration{time.Second, 3 * time.Second}
	jobs := jobsFor("10.0.0.1", 3, 100)
	requireSkipped(t, s, jobs)
	for _, j := range jobs {
		if j.Attempts > 1 {
			t.Errorf("%v: %d probes, want 1", j.To, j.Attempts)
		}
	}
	if n := len(s.recorder.sent); n != 60 {
		t.Errorf("%d probes, want 60", n)
	}
}

// TestWorkersShareTheSample has several workers, in real time.
func TestWorkersShareTheSample(t *testing.T) {
	t.Parallel() // mostly waits
	alive := netip.MustParseAddr("10.0.0.3")
	s := skipping(func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if to.Addr() == alive {
			return endpoint.ConnRefused
		}
		return 0
	})
	s.net.Real, s.net.Began = true, time.Now()
	s.opts.Workers, s.opts.Timeout = 5, 300*time.Millisecond
	jobs := append(jobsFor("10.0.0.1", 5, 300), overUDP(jobsFor("10.0.0.1", 5, 300))...)
	got := reasons(s.run(t, jobs))
	want := map[endpoint.Reason]int{endpoint.ConnRefused: 600, endpoint.NoResponse: 4 * 20, endpoint.HostSilent: 4 * 580}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestRepliesReleaseTheOtherEndpoints has something be received from hosts: then all of
// their endpoints are probed.
func TestRepliesReleaseTheOtherEndpoints(t *testing.T) {
	for name, c := range map[string]struct {
		port   truth
		change func(*scan)
	}{
		"closed":                {refuses, nil},
		"one port, after 2 s":   {repliesFrom(20), func(s *scan) { s.net.RTT = 2 * time.Second }},
		"echo only":             {silent, func(s *scan) { s.net.Echo = nil }},
		"echo only, after 2 s":  {silent, func(s *scan) { s.net.Echo, s.net.RTT = nil, 2*time.Second }},
		"no retries, after 2 s": {repliesFrom(20), func(s *scan) { s.net.RTT, s.opts.Retries = 2*time.Second, 0 }},
		"timeout of 10 s":       {repliesFrom(20), func(s *scan) { s.net.RTT, s.opts.Timeout = 9*time.Second, 10*time.Second }},
		"few descriptors, after 2 s": {repliesFrom(20), func(s *scan) {
			s.net.RTT = 2 * time.Second
			s.wrap = func(t probe.Transport) probe.Transport { return newRoom(t, 40, 40) }
		}},
		"the system retransmits, after 2 s": {repliesFrom(20), func(s *scan) {
			s.net.RTT, s.opts.Repeats = 2*time.Second, []time.Duration{time.Second, 3 * time.Second}
		}},
		"neighbor": {silent, func(s *scan) {
			s.opts.OnLink = everyAddress
			s.opts.Neighbor = func(netip.Addr) probe.Neighbor { return probe.NeighborFound }
		}},
	} {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			t.Run(name+", "+proto.String(), func(t *testing.T) {
				s := skipping(c.port)
				if c.change != nil {
					c.change(s)
				}
				jobs := jobsFor("10.0.0.1", 2, 200)
				if proto == endpoint.UDP {
					overUDP(jobs)
				}
				requireRight(t, s.run(t, jobs), c.port)
			})
		}
	}
}

// TestLossIsNotSilence has 30 % of the packets be lost in each direction.
func TestLossIsNotSilence(t *testing.T) {
	for _, rtt := range []time.Duration{time.Millisecond, 2 * time.Second} {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			t.Run(rtt.String()+", "+proto.String(), func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(60) {
					s := skipping(refuses)
					s.net.RTT, s.net.Loss, s.net.Seed = rtt, 0.3, seed
					jobs := jobsFor("10.0.0.1", 50, 25)
					if proto == endpoint.UDP {
						overUDP(jobs)
					}
					if n := reasons(s.run(t, jobs))[endpoint.HostSilent]; n > 0 {
						t.Errorf("seed %d: %d endpoints of hosts that reply are host-silent", seed, n)
					}
				}
			})
		}
	}
}

// TestPortBeyondTheSampleIsMissed documents a limit: nothing else of the host replies.
func TestPortBeyondTheSampleIsMissed(t *testing.T) {
	s := skipping(repliesFrom(25))
	requireSkipped(t, s, jobsFor("10.0.0.1", 2, 100))
}

// TestRouterIsNotTheAddress has a router report that addresses are unreachable: that
// reason is kept, and few endpoints are outstanding.
func TestRouterIsNotTheAddress(t *testing.T) {
	unreachable := func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.HostUnreach }
	s := skipping(unreachable)
	s.net.RTT = 500 * time.Millisecond
	s.opts.Retries = 0
	s.net.Sender = func(netip.AddrPort) netip.Addr { return netip.MustParseAddr("192.0.2.254") }
	s.opts.Timeout = time.Second
	requireRight(t, s.run(t, jobsFor("10.0.0.1", 1, 100)), unreachable)
	for i, a := range s.recorder.sent {
		if i >= 20 && a.Sent.Sub(s.recorder.sent[i-20].Sent) < 300*time.Millisecond {
			t.Fatalf("21 probes were sent within %v", a.Sent.Sub(s.recorder.sent[i-20].Sent))
		}
	}
}

// TestReceivedLaterEndsTheConclusion has something be received from an address after
// its endpoints were skipped.
func TestReceivedLaterEndsTheConclusion(t *testing.T) {
	s := skipping(silent)
	again := jobsFor("10.0.0.1", 1, 30)
	var sum *probe.Counts
	s.during = func(e *probe.Engine) {
		for e.Counts().Done() < 100 {
			time.Sleep(time.Millisecond) // polls: nothing reports that
		}
		e.Received(netip.MustParseAddr("10.0.0.1"))
		e.Submit(again)
		sum = e.Counts()
	}
	jobs := jobsFor("10.0.0.1", 1, 100)
	s.extra = len(again)
	s.run(t, jobs)
	if n := reasons(again)[endpoint.NoResponse]; n != len(again) {
		t.Errorf("%d of %d are no-response: %v", n, len(again), reasons(again))
	}
	if sum.SilentHosts.Load() != 1 || sum.Echoes.Load() != 2 {
		t.Errorf("%d silent hosts and %d echo requests, want 1 and 2", sum.SilentHosts.Load(), sum.Echoes.Load())
	}
}

// TestSkipNeedsNoWorker skips an endpoint of an address that was concluded silent, and none of
// other addresses, nor after something was received from it or the run was ended.
func TestSkipNeedsNoWorker(t *testing.T) {
	of := func(ip string) *probe.Job { return &probe.Job{Request: jobsFor(ip, 1, 1)[0].Request} }
	s := skipping(func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if to.Addr() == of("10.0.0.3").To.Addr() {
			return endpoint.ConnRefused
		}
		return 0
	})
	s.during = func(e *probe.Engine) {
		none := func(why string, ips ...string) {
			for _, ip := range ips {
				if e.Place(of(ip).To, endpoint.TCP, true) != probe.NeedsJob {
					t.Errorf("%s was skipped %s", ip, why)
				}
			}
		}
		for e.Counts().Done() < 300 {
			time.Sleep(time.Millisecond) // polls: nothing reports that
		}
		before := e.Counts().Settled[endpoint.Filtered].Load()
		j := of("10.0.0.1")
		if e.Place(j.To, j.Proto, true) != probe.Skipped {
			t.Error("an endpoint of a silent address was not skipped")
		}
		sum := e.Counts()
		if n := sum.Settled[endpoint.Filtered].Load(); n != before+1 || sum.SilentHosts.Load() != 2 {
			t.Errorf("%d filtered and %d silent hosts, want %d and 2", n, sum.SilentHosts.Load(), before+1)
		}
		none("although it replied or is unknown", "10.0.0.3", "10.0.0.4")
		e.Received(j.To.Addr())
		none("after something was received from it", "10.0.0.1")
		e.Stop(endpoint.Interrupted, 0)
		none("after the end", "10.0.0.2")
	}
	s.skips = 1
	s.run(t, jobsFor("10.0.0.1", 3, 100))
}

// TestEchoRequestsCountAgainstTheRates has both rate limits.
func TestEchoRequestsCountAgainstTheRates(t *testing.T) {
	for name, change := range map[string]func(*probe.Options){
		"rate":      func(o *probe.Options) { o.Rate = 5 },
		"host rate": func(o *probe.Options) { o.HostRate = 5 },
	} {
		t.Run(name, func(t *testing.T) {
			s := skipping(silent)
			s.opts.Retries = 0
			change(&s.opts)
			var sent []probe.Time
			s.opts.Echo = func(netip.Addr) error {
				sent = append(sent, s.recorder.Now())
				return nil
			}
			s.run(t, jobsFor("10.0.0.1", 1, 40))
			if len(sent) != 2 {
				t.Errorf("%d echo requests, want 2", len(sent))
			}
			for _, a := range s.recorder.sent {
				sent = append(sent, a.Sent)
			}
			slices.Sort(sent)
			for i := range sent[1:] {
				if gap := sent[i+1].Sub(sent[i]); gap < 190*time.Millisecond {
					t.Errorf("two packets %v apart at 5 per second", gap)
				}
			}
		})
	}
}

// TestEchoRequestsObeyTheScope allows one port of one address, and all of another.
func TestEchoRequestsObeyTheScope(t *testing.T) {
	all := netip.MustParseAddr("10.0.0.2")
	s := skipping(silent)
	s.opts.Allowed = func(to netip.AddrPort, _ endpoint.Proto) bool { return to.Addr() == all || to.Port() == 1 }
	s.opts.Echo = func(ip netip.Addr) error {
		if ip != all {
			t.Errorf("an echo request was sent to %v", ip)
		}
		return nil
	}
	s.run(t, jobsFor("10.0.0.1", 2, 1))
}

// TestEchoRequestIsRepeatedIfBusy has the echo socket be busy at first.
func TestEchoRequestIsRepeatedIfBusy(t *testing.T) {
	s := skipping(silent)
	calls := 0
	s.opts.Echo = func(netip.Addr) error {
		if calls++; calls < 50 {
			return probe.ErrBusy
		}
		return nil
	}
	s.run(t, jobsFor("10.0.0.1", 1, 1))
	if calls != 51 {
		t.Errorf("%d calls, want 49 that failed and 2", calls)
	}
}
