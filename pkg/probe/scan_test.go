package probe_test

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// sink collects settled jobs.
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

func (s sink) Flush() {}

func (s sink) Full() bool { return s.full != nil && s.full() }

// recorder is a transport that records what it sent.
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

// scan is one run of the engine over a simulated network. Tests in x_sim_test.go scan,
// those in x_test.go call a type of the engine directly.
type scan struct {
	opts   probe.Options
	net    simnet.Config
	full   func() bool                           // the sink's Full; nil: never
	wrap   func(probe.Transport) probe.Transport // around the simulated network
	during func(*probe.Engine)                   // called after the last Submit; may set the next two
	extra  int                                   // jobs that during submits
	skips  int                                   // jobs that it skips
	batch  int                                   // jobs per Submit; 0: all, or the virtual clock may run ahead of them

	started   chan *probe.Engine // receives the engine, if not nil
	recorder  *recorder          // of the latest worker
	recorders []*recorder        // of all workers
}

func defaults() probe.Options {
	return probe.Options{
		Workers: 1, Concurrency: 1000, Timeout: 3 * time.Second, Retries: -1, Addresses: 1 << 18,
		LostPatience: 30 * time.Second,
	}
}

// run probes the jobs and returns them in the order in which they were settled.
func (s *scan) run(t *testing.T, jobs []*probe.Job) []*probe.Job {
	t.Helper()
	if s.opts.Workers == 1 && s.batch == 0 && s.during == nil && s.started == nil {
		lab.NotRaced(t) // nothing runs beside the worker
	}
	var done []*probe.Job
	var mu sync.Mutex
	var latest *simnet.Transport
	if s.opts.SkipSilent > 0 && s.opts.Echo == nil && s.opts.Workers == 1 {
		s.opts.Echo = func(ip netip.Addr) error { return latest.Echo(ip) }
	}
	s.opts.Transport = func(int) (probe.Transport, error) {
		latest = simnet.New(s.net)
		var t probe.Transport = latest
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
		s.batch = len(jobs)
	}
	for len(jobs) > 0 {
		n := min(len(jobs), s.batch)
		e.Submit(jobs[:n])
		jobs = jobs[n:]
	}
	if s.during != nil {
		s.during(e)
	}
	count += s.extra
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if len(done) != count || int(e.Counts().Done()) != count+s.skips {
		t.Fatalf("%d jobs went in, %d came out, %d were counted", count+s.skips, len(done)+s.skips, e.Counts().Done())
	}
	return done
}

// last returns the time from the first probe to the last settled job.
func (s *scan) last(done []*probe.Job) time.Duration {
	var end probe.Time
	for _, j := range done {
		end = max(end, j.At)
	}
	begin := end
	for _, r := range s.recorders {
		if len(r.sent) > 0 { // on a busy machine some workers may have had nothing to do
			begin = min(begin, r.sent[0].Sent)
		}
	}
	return end.Sub(begin)
}

// requireWithin fails the test if the scan took longer than a limit.
func (s *scan) requireWithin(t *testing.T, done []*probe.Job, limit time.Duration) {
	t.Helper()
	if d := s.last(done); d > limit {
		t.Errorf("the scan took %v, want at most %v", d, limit)
	}
}

// sent returns the probes of all workers in the order of time.
func (s *scan) sent() (all []probe.Attempt) {
	for _, r := range s.recorders {
		all = append(all, r.sent...)
	}
	slices.SortFunc(all, func(a, b probe.Attempt) int { return int(a.Sent - b.Sent) })
	return all
}

// countWrong counts the jobs whose reason is not the true one.
func countWrong(jobs []*probe.Job, port truth) (n int) {
	for _, j := range jobs {
		if j.Reason != port.reason(j) {
			n++
		}
	}
	return n
}

// requireRight fails the test if a job's reason is not the true one.
func requireRight(t *testing.T, done []*probe.Job, port truth) {
	t.Helper()
	if n := countWrong(done, port); n > 0 {
		t.Errorf("%d of %d are wrong: %v", n, len(done), reasons(done))
	}
}

// reasons counts jobs by reason.
func reasons(done []*probe.Job) map[endpoint.Reason]int {
	count := map[endpoint.Reason]int{}
	for _, j := range done {
		count[j.Reason]++
	}
	return count
}

// jobsFor returns jobs for ports 1 to ports of addresses from base on, address by
// address.
func jobsFor(base string, addresses, ports int) []*probe.Job {
	ip := netip.MustParseAddr(base)
	var jobs []*probe.Job
	for range addresses {
		for p := 1; p <= ports; p++ {
			jobs = append(jobs, &probe.Job{Request: probe.Request{To: netip.AddrPortFrom(ip, uint16(p)), Retries: -1}})
		}
		ip = ip.Next()
	}
	return jobs
}

// portsOf returns a job for each of the ports at 192.0.2.1.
func portsOf(ports ...int) (jobs []*probe.Job) {
	for _, p := range ports {
		to := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(p))
		jobs = append(jobs, &probe.Job{Request: probe.Request{To: to, Retries: -1}})
	}
	return jobs
}

func span(from, to int) (ports []int) {
	for p := from; p <= to; p++ {
		ports = append(ports, p)
	}
	return ports
}

// truth returns the reply of an endpoint; 0: none.
type truth func(netip.AddrPort, endpoint.Proto) endpoint.Reason

// reason returns the reason that j must have in the end.
func (port truth) reason(j *probe.Job) endpoint.Reason {
	if r := port(j.To, j.Proto); r != 0 {
		return r
	}
	return endpoint.NoResponse
}

func accepts(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.SynAck }

func silent(netip.AddrPort, endpoint.Proto) endpoint.Reason { return 0 }

// byPort replies by the last digit of the port.
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

func refuses(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.ConnRefused }

// opensFrom has ports from 7300 on be open, from 1000 on silent, and others closed.
func opensFrom(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
	switch p := to.Port(); {
	case p >= 7300:
		return endpoint.SynAck
	case p >= 1000:
		return 0
	}
	return endpoint.ConnRefused
}

// edited is a transport whose replies pass through a function.
type edited struct {
	probe.Transport
	edit func(*probe.Reply)
}

func (e edited) Poll(until probe.Time, into []probe.Reply) (int, bool, error) {
	n, drained, err := e.Transport.Poll(until, into)
	for i := range into[:n] {
		e.edit(&into[i])
	}
	return n, drained, err
}
