package probe_test

import (
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// sink keeps what a worker settled.
type sink struct {
	mu   *sync.Mutex
	jobs *[]*probe.Job
	full func() bool
}

func (s sink) Settled(j *probe.Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.jobs = append(*s.jobs, j)
}
func (s sink) Flush()     {}
func (s sink) Full() bool { return s.full != nil && s.full() }

// recorder notes every attempt that a transport starts.
type recorder struct {
	probe.Transport
	mu   sync.Mutex
	sent []probe.Attempt
}

func (r *recorder) Send(as []*probe.Attempt) (int, error) {
	n, err := r.Transport.Send(as)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range as[:n] {
		r.sent = append(r.sent, *a)
	}
	return n, err
}

// scan is one run of the engine over a simulated network.
type scan struct {
	opts   probe.Options
	net    simnet.Config
	full   func() bool
	wrap   func(probe.Transport) probe.Transport
	during func(*probe.Engine)
	batch  int // jobs submitted at once; 0: all, so that the virtual clock does not run ahead of them

	started   chan *probe.Engine
	recorder  *recorder // of the only worker
	recorders []*recorder
}

func defaults() probe.Options {
	return probe.Options{
		Workers: 1, Concurrency: 1000, Timeout: 3 * time.Second, Retries: -1, Addresses: 1 << 18,
	}
}

// run asks the jobs and returns them as settled.
func (s *scan) run(t *testing.T, jobs []*probe.Job) []*probe.Job {
	t.Helper()
	var done []*probe.Job
	var mu sync.Mutex
	s.opts.Transport = func(int) (probe.Transport, error) {
		var t probe.Transport = simnet.New(s.net)
		if s.wrap != nil {
			t = s.wrap(t)
		}
		s.recorder = &recorder{Transport: t}
		s.recorders = append(s.recorders, s.recorder)
		return s.recorder, nil
	}
	s.opts.Sink = func(int) probe.Sink { return sink{&mu, &done, s.full} }
	e, err := probe.Start(s.opts)
	if err != nil {
		t.Fatal(err)
	}
	if s.started != nil {
		s.started <- e
	}
	count := len(jobs)
	if s.batch == 0 {
		s.batch = count
	}
	for len(jobs) > 0 {
		n := min(len(jobs), s.batch)
		e.Submit(jobs[:n])
		jobs = jobs[n:]
	}
	if s.during != nil {
		s.during(e)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if len(done) != count || int(e.Counts().Done()) != count {
		t.Fatalf("%d jobs went in, %d came out, %d were counted", count, len(done), e.Counts().Done())
	}
	return done
}

// jobsFor makes the jobs for ports 1 to ports of the addresses that follow
// base, address by address.
func jobsFor(base string, addresses, ports int) []*probe.Job {
	ip := netip.MustParseAddr(base)
	var jobs []*probe.Job
	for range addresses {
		for p := 1; p <= ports; p++ {
			jobs = append(jobs, &probe.Job{To: netip.AddrPortFrom(ip, uint16(p)), Retries: -1})
		}
		ip = ip.Next()
	}
	return jobs
}

// byPort answers by the port's last digit.
func byPort(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
	switch to.Port() % 10 {
	case 1:
		return endpoint.SynAck
	case 2:
		return endpoint.HostUnreach
	case 3:
		return endpoint.AdminProhibited
	case 4:
		return endpoint.PortUnreach
	case 5:
		return 0
	}
	return endpoint.ConnRefused
}

// maxFalseSilence counts the jobs whose reason is not what byPort says.
func maxFalseSilence(jobs []*probe.Job, truth func(netip.AddrPort, endpoint.Proto) endpoint.Reason) (n int) {
	for _, j := range jobs {
		want := truth(j.To, j.Proto)
		if want == 0 {
			want = endpoint.NoResponse
		}
		if j.Reason != want {
			n++
		}
	}
	return n
}

func TestEveryWayOfAnsweringIsTold(t *testing.T) {
	for _, c := range []struct {
		name string
		net  simnet.Config
		most int // wrong answers
	}{
		{"at once", simnet.Config{}, 0},
		{"20 ms", simnet.Config{RTT: 20 * time.Millisecond}, 0},
		{"a satellite", simnet.Config{RTT: 700 * time.Millisecond}, 0},
		{"slower than the start", simnet.Config{RTT: 1900 * time.Millisecond, Jitter: time.Second}, 0},
		{"80 ms with 40 ms of jitter", simnet.Config{RTT: 60 * time.Millisecond, Jitter: 40 * time.Millisecond}, 0},
		{"every answer twice", simnet.Config{RTT: 20 * time.Millisecond, Twice: 7 * time.Millisecond}, 0},
		{"every answer twice, late", simnet.Config{RTT: time.Millisecond, Twice: 2 * time.Second}, 0},
		{"5 % lost each way", simnet.Config{RTT: time.Millisecond, Loss: 0.05, Seed: 3}, 0},
		{"20 % lost each way", simnet.Config{RTT: time.Millisecond, Loss: 0.2, Seed: 4}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.net.Port = byPort
			s := scan{opts: defaults(), net: c.net}
			done := s.run(t, jobsFor("10.0.0.1", 2, 20_000))
			if n := maxFalseSilence(done, byPort); n > c.most {
				t.Errorf("%d of %d are wrong, at most %d may be", n, len(done), c.most)
			}
		})
	}
}

func TestRoundTripIsOfTheAttemptThatWasAnswered(t *testing.T) {
	net := simnet.Config{RTT: 30 * time.Millisecond, Loss: 0.1, Port: byPort}
	s := scan{opts: defaults(), net: net}
	again := 0
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 2000)) {
		answered := j.Reason != endpoint.NoResponse
		if answered != (j.RTT >= 0) {
			t.Fatalf("%v: reason %v with round trip %v", j.To, j.Reason, j.RTT)
		}
		if answered && j.RTT != net.RTT {
			t.Errorf("%v: round trip %v after %d attempts, want %v", j.To, j.RTT, j.Attempts, net.RTT)
		}
		if answered && j.Attempts > 1 {
			again++
		}
	}
	if again < 100 {
		t.Errorf("only %d needed another attempt: this network loses too little for the test", again)
	}
}

func TestSilenceIsNotBelievedInTheFirstSecond(t *testing.T) {
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
			t.Fatalf("%v was believed silent after %v", j.To, j.At.Sub(first[j.To]))
		}
		if j.Reason == endpoint.NoResponse && j.Attempts != 3 {
			t.Errorf("%v: %d attempts at a silent port of a host without loss, want 3", j.To, j.Attempts)
		}
	}
}

func TestRetries(t *testing.T) {
	silent := func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return 0 }
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
				t.Errorf("retries %d, of the job %d: %d attempts and %v, want %d", c.engine, c.job, j.Attempts, j.Reason, c.want)
			}
		}
	}
}

func TestConcurrencyIsACeiling(t *testing.T) {
	for _, c := range []struct{ all, host int }{{1, 0}, {7, 0}, {100, 3}, {50, 1}} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 20 * time.Millisecond, Loss: 0.05, Port: byPort}}
		s.opts.Concurrency, s.opts.HostConcurrency = c.all, c.host
		done := s.run(t, jobsFor("10.0.0.1", 4, 100))
		if n := maxFalseSilence(done, byPort); n > 0 {
			t.Errorf("-c %d, a host %d: %d wrong", c.all, c.host, n)
		}
		all, host := overlap(done, s.recorder.sent)
		if all > c.all || c.host > 0 && host > c.host {
			t.Errorf("-c %d, a host %d: %d waited at once, %d at one address", c.all, c.host, all, host)
		}
	}
}

// overlap counts how many endpoints at most had just been sent to and were
// answered later, in all and at one address.
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

// TestOneAddressDoesNotStarveAnother: a host that is held back by its own
// ceiling, and stands first in the input, does not hold the others up.
func TestOneAddressDoesNotStarveAnother(t *testing.T) {
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
			t.Errorf("%v waited for 10.0.0.1: until %v of %v", ip, end, slow)
		}
	}
}

func TestTroubleOfThisMachineIsNoState(t *testing.T) {
	trouble := errors.New("no buffer space available")
	tries := map[uint16]int{}
	net := simnet.Config{RTT: time.Millisecond, Port: byPort, Trouble: func(a *probe.Attempt) error {
		tries[a.To.Port()]++
		switch p := a.To.Port(); {
		case p == 77, p == 78 && tries[p] < 4:
			return trouble
		case p == 79 && tries[p] < 50:
			return probe.ErrBusy
		}
		return nil
	}}
	s := scan{opts: defaults(), net: net}
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 200)) {
		want := byPort(j.To, 0)
		if want == 0 {
			want = endpoint.NoResponse
		}
		if j.To.Port() == 77 {
			want = endpoint.LocalError
			if !errors.Is(j.Err(), trouble) || j.Attempts != 0 {
				t.Errorf("port 77: error %v after %d attempts", j.Err(), j.Attempts)
			}
		}
		if j.Reason != want {
			t.Errorf("%v is %v, want %v", j.To, j.Reason, want)
		}
	}
	if tries[77] < 4 {
		t.Errorf("port 77 was tried %d times", tries[77])
	}
}

func TestStopSettlesWhatIsLeft(t *testing.T) {
	net := simnet.Config{RTT: 50 * time.Millisecond, Port: byPort, Real: true}
	s := scan{opts: defaults(), net: net}
	s.opts.Rate = 1000
	s.during = func(e *probe.Engine) {
		for range 1000 {
			if e.Counts().Done() > 20 {
				break
			}
			time.Sleep(time.Millisecond) // the clock is real here: there must be something to interrupt
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
		t.Errorf("%d interrupted, %d settled", interrupted, settled)
	}
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("it took %v to end, although all that was asked answers in 50 ms", d)
	}
}

func TestSubmitWaitsWhileNothingMayStart(t *testing.T) {
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
		t.Fatal("the run ended although its sink takes nothing")
	case <-time.After(100 * time.Millisecond): // time in which a run that does not wait would end
	}
	e := <-s.started
	if n := e.Counts().Attempts.Load(); n != 0 {
		t.Errorf("%d attempts were made for a sink that takes nothing", n)
	}
	close(blocked)
	e.WakeAll()
	<-submitted
}
