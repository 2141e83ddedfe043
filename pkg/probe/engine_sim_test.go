package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

func TestReasonsAreRight(t *testing.T) {
	for _, c := range []struct {
		name string
		net  simnet.Config
		most int // wrong results
	}{
		{"at once", simnet.Config{}, 0},
		{"20 ms", simnet.Config{RTT: 20 * time.Millisecond}, 0},
		{"satellite", simnet.Config{RTT: 700 * time.Millisecond}, 0},
		{"longer than the first timeouts", simnet.Config{RTT: 1900 * time.Millisecond, Jitter: time.Second}, 0},
		{"80 ms with 40 ms of jitter", simnet.Config{RTT: 60 * time.Millisecond, Jitter: 40 * time.Millisecond}, 0},
		{"duplicate replies", simnet.Config{RTT: 20 * time.Millisecond, Duplicate: 7 * time.Millisecond}, 0},
		{"late duplicate replies", simnet.Config{RTT: time.Millisecond, Duplicate: 2 * time.Second}, 0},
		{"5 % lost each way", simnet.Config{RTT: time.Millisecond, Loss: 0.05, Seed: 3}, 0},
		{"20 % lost each way", simnet.Config{RTT: time.Millisecond, Loss: 0.2, Seed: 4}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.net.Port = byPort
			s := scan{opts: defaults(), net: c.net}
			done := s.run(t, jobsFor("10.0.0.1", 2, 20_000))
			if n := countWrong(done, byPort); n > c.most {
				t.Errorf("%d of %d are wrong, want at most %d", n, len(done), c.most)
			}
		})
	}
}

func TestRTTIsOfTheProbeRepliedTo(t *testing.T) {
	net := simnet.Config{RTT: 30 * time.Millisecond, Loss: 0.1, Port: byPort}
	s := scan{opts: defaults(), net: net}
	retried := 0
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 2000)) {
		replied := j.Reason != endpoint.NoResponse
		if replied != (j.RTT >= 0) {
			t.Fatalf("%v: %v with RTT %v", j.To, j.Reason, j.RTT)
		}
		if replied && j.RTT != net.RTT {
			t.Errorf("%v: RTT %v after %d probes, want %v", j.To, j.RTT, j.Attempts, net.RTT)
		}
		if replied && j.Attempts > 1 {
			retried++
		}
	}
	if retried < 100 {
		t.Errorf("only %d replied to a retry: this network loses too little for the test", retried)
	}
}

func TestNoResponseNeedsASecondAndThreeProbes(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: byPort}}
	first := map[netip.AddrPort]probe.Time{}
	done := s.run(t, jobsFor("10.0.0.1", 1, 1000))
	for _, a := range s.recorder.sent {
		if a.N == 1 {
			first[a.To] = a.Sent
		}
	}
	for _, j := range done {
		if j.Reason == endpoint.NoResponse && j.At.Sub(first[j.To]) < time.Second {
			t.Fatalf("%v: no response after %v, want at least 1s", j.To, j.At.Sub(first[j.To]))
		}
		if j.Reason == endpoint.NoResponse && j.Attempts != 3 {
			t.Errorf("%v: no response after %d probes at a host without loss, want 3", j.To, j.Attempts)
		}
	}
}

func TestRetriesOfEngineAndJob(t *testing.T) {
	for _, c := range []struct {
		engine int
		job    int8
		want   uint8
	}{
		{-1, -1, 2}, {0, -1, 1}, {4, -1, 5}, {-1, 0, 1}, {4, 1, 2}, {-1, 7, 8},
	} {
		s := scan{opts: defaults(), net: simnet.Config{Port: silent}}
		s.opts.Retries = c.engine
		jobs := jobsFor("10.0.0.1", 1, 3)
		for _, j := range jobs {
			j.Retries = c.job
		}
		for _, j := range s.run(t, jobs) {
			if j.Attempts != c.want || j.Reason != endpoint.NoResponse {
				t.Errorf("engine's retries %d, job's %d: %d probes and %v, want %d", c.engine, c.job, j.Attempts, j.Reason, c.want)
			}
		}
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	for _, c := range []struct{ all, host int }{{1, 0}, {7, 0}, {100, 3}, {50, 1}} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 20 * time.Millisecond, Loss: 0.05, Port: byPort}}
		s.opts.Concurrency, s.opts.HostConcurrency = c.all, c.host
		done := s.run(t, jobsFor("10.0.0.1", 4, 100))
		requireRight(t, done, byPort)
		all, host := overlap(done, s.recorder.sent)
		if all > c.all || c.host > 0 && host > c.host {
			t.Errorf("concurrency %d, per host %d: %d outstanding at once, %d at one host", c.all, c.host, all, host)
		}
	}
}

// overlap returns the maximum number of endpoints with a probe in flight, in total
// and at one host, of those that replied after 20 ms.
func overlap(done []*probe.Job, sent []probe.Attempt) (all, host int) {
	ends := map[netip.AddrPort]probe.Time{}
	for _, j := range done {
		if j.RTT >= 0 {
			ends[j.To] = j.At
		}
	}
	for _, a := range sent {
		n, h := 0, 0
		for _, b := range sent {
			if end, ok := ends[b.To]; ok && b.Sent.Add(20*time.Millisecond) == end && b.Sent <= a.Sent && a.Sent < end {
				n++
				if b.To.Addr() == a.To.Addr() {
					h++
				}
			}
		}
		all, host = max(all, n), max(host, h)
	}
	return all, host
}

// TestSlowHostDoesNotDelayOthers submits a host with many ports and a window of one
// before all others.
func TestSlowHostDoesNotDelayOthers(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: byPort}}
	s.opts.HostConcurrency = 1
	jobs := append(jobsFor("10.0.0.1", 1, 3000), jobsFor("10.0.1.1", 100, 3)...)
	ends := map[netip.Addr]probe.Time{}
	for _, j := range s.run(t, jobs) {
		ends[j.To.Addr()] = max(ends[j.To.Addr()], j.At)
	}
	slow := ends[netip.MustParseAddr("10.0.0.1")]
	for ip, end := range ends {
		if ip != netip.MustParseAddr("10.0.0.1") && end > slow/2+ends[ip]/2 {
			t.Errorf("%v waited for 10.0.0.1 until %v of %v", ip, end, slow)
		}
	}
}

// TestHostsAreProbedInTurn has two hosts share a rate.
func TestHostsAreProbedInTurn(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: byPort}}
	s.opts.Rate = 100
	s.run(t, append(jobsFor("10.0.0.1", 1, 200), jobsFor("10.0.0.2", 1, 20)...))
	second := 0
	for _, a := range s.recorder.sent[:40] {
		if a.To.Addr() == netip.MustParseAddr("10.0.0.2") {
			second++
		}
	}
	if second < 15 {
		t.Errorf("%d of the first 40 probes were sent to the second host, want about half", second)
	}
}

// TestFewLiveHostsInALargePrefix has one host in a hundred of a /16 reply.
func TestFewLiveHostsInALargePrefix(t *testing.T) {
	alive := func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		b := to.Addr().As4()
		if (int(b[2])*256+int(b[3]))%100 != 7 {
			return 0
		}
		return byPort(to, p)
	}
	s := scan{opts: defaults(), net: simnet.Config{RTT: 30 * time.Millisecond, Jitter: 20 * time.Millisecond, Port: alive}}
	s.opts.Concurrency = 8000
	done := s.run(t, jobsFor("10.0.0.1", 65_534, 1))
	requireRight(t, done, alive)
	t.Logf("%d endpoints in %v of simulated time", len(done), s.last(done))
}

// TestMoreAddressesThanTheTableHolds allows for ten wrong results: four ports are
// too few to measure the loss at an address.
func TestMoreAddressesThanTheTableHolds(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	s := scan{opts: defaults(), net: simnet.Config{RTT: 20 * time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.02, Port: byPort}, batch: 256}
	s.opts.Addresses = 3000
	s.opts.Concurrency = 2000
	done := s.run(t, jobsFor("10.0.0.1", 20_000, 4))
	if n := countWrong(done, byPort); n > 10 {
		t.Errorf("%d of %d are wrong, want at most 10", n, len(done))
	}
}

func TestStopSettlesUnfinishedJobs(t *testing.T) {
	net := simnet.Config{RTT: 50 * time.Millisecond, Port: byPort, Real: true}
	s := scan{opts: defaults(), net: net}
	s.opts.Rate = 1000
	s.during = func(e *probe.Engine) {
		for range 1000 {
			if e.Counts().Done() > 20 {
				break
			}
			time.Sleep(time.Millisecond) // polls, since the clock is real
		}
		e.Stop(endpoint.Interrupted, 3*time.Second)
	}
	began := time.Now()
	var interrupted, settled int
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 2000)) {
		if j.Reason == endpoint.Interrupted {
			interrupted++
		} else {
			settled++
		}
	}
	if interrupted < 1000 || settled < 20 {
		t.Errorf("%d interrupted, %d settled before; want at least 1000 and 20", interrupted, settled)
	}
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("it took %v to stop, although all hosts reply within 50 ms", d)
	}
}

func TestSubmitBlocksWhileTheSinkIsFull(t *testing.T) {
	blocked := make(chan struct{})
	s := scan{opts: defaults(), net: simnet.Config{Port: byPort}, batch: 256}
	s.full = func() bool {
		select {
		case <-blocked:
			return false
		default:
			return true
		}
	}
	s.started = make(chan *probe.Engine, 1)
	submitted := make(chan struct{})
	go func() {
		defer close(submitted)
		s.run(t, jobsFor("10.0.0.1", 1, 20_000))
	}()
	select {
	case <-submitted:
		t.Fatal("Submit returned although the sink is full")
	case <-time.After(100 * time.Millisecond): // a run that does not block ends sooner
	}
	e := <-s.started
	if n := e.Counts().Attempts.Load(); n != 0 {
		t.Errorf("%d probes were sent although the sink is full", n)
	}
	close(blocked)
	e.WakeAll()
	<-submitted
}

func TestJobCanBeReused(t *testing.T) {
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
			j.Fail(probe.ErrBusy) // what a caller leaves in it must not reach the next result
			j.TTL, j.Relayed = 77, true
		}
	}
}
