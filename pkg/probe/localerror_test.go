package probe_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// last is when the last job was settled, counted from the first attempt.
func (s *scan) last(done []*probe.Job) time.Duration {
	var end probe.Time
	for _, j := range done {
		end = max(end, j.At)
	}
	return end.Sub(s.recorder.sent[0].Sent)
}

func refuses(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.ConnRefused }

func TestAHostThatLimitsItsRefusalsIsAskedMoreSlowly(t *testing.T) {
	for _, c := range []struct {
		limit, ports int
		truth        func(netip.AddrPort, endpoint.Proto) endpoint.Reason
		within       time.Duration
	}{
		{200, 5000, refuses, 35 * time.Second},
		{200, 5000, byPort, 70 * time.Second}, // silent ports are asked up to 21 times, at that pace
		{50, 1000, byPort, 90 * time.Second},
		{1000, 20_000, byPort, 70 * time.Second},
	} {
		t.Run(fmt.Sprint(c.limit, " a second"), func(t *testing.T) {
			for seed := range uint64(5) {
				s := scan{opts: defaults(), net: simnet.Config{
					RTT: time.Millisecond, Jitter: time.Millisecond, Limit: c.limit, Port: c.truth, Seed: seed,
				}}
				done := s.run(t, jobsFor("10.0.0.1", 1, c.ports))
				if n := maxFalseSilence(done, c.truth); n > 0 {
					t.Errorf("%d of %d are wrong", n, len(done))
				}
				if d := s.last(done); d > c.within {
					t.Errorf("it took %v, at most %v is meant", d, c.within)
				}
			}
		})
	}
}

// TestAnAddressThatGoesDarkIsWaitedFor: for a while in the middle of the run
// nothing reaches the target and nothing comes from it.
func TestAnAddressThatGoesDarkIsWaitedFor(t *testing.T) {
	mostly := func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if to.Port()%4 != 0 {
			return 0 // three ports of four are filtered
		}
		return byPort(to, p)
	}
	for _, dark := range []time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 3 * time.Second} {
		for name, truth := range map[string]func(netip.AddrPort, endpoint.Proto) endpoint.Reason{"all answer": byPort, "one of four answers": mostly} {
			for _, loss := range []float64{0, 0.05} {
				t.Run(fmt.Sprint(name, ", dark for ", dark, ", loss ", loss), func(t *testing.T) {
					s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Loss: loss, Port: truth}}
					begins := probe.Time(time.Hour).Add(200 * time.Millisecond)
					s.net.Dark = func(_ netip.Addr, now probe.Time) bool {
						return now >= begins && now < begins.Add(dark)
					}
					s.opts.Rate = 20_000
					done := s.run(t, jobsFor("10.0.0.1", 1, lab.Rounds(40_000)))
					if n := maxFalseSilence(done, truth); n > 0 {
						t.Errorf("%d of %d are wrong", n, len(done))
					}
				})
			}
		}
	}
}

// TestAnAddressThatStaysDarkIsGivenUp: a host that dies is not waited for
// forever, and does not hold up another.
func TestAnAddressThatStaysDarkIsGivenUp(t *testing.T) {
	dies := netip.MustParseAddr("10.0.0.1")
	s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Port: byPort}}
	s.net.Dark = func(a netip.Addr, now probe.Time) bool {
		return a == dies && now > probe.Time(time.Hour).Add(200*time.Millisecond)
	}
	s.opts.Rate = 20_000
	done := s.run(t, jobsFor("10.0.0.1", 2, 10_000))
	var other probe.Time
	for _, j := range done {
		if j.To.Addr() == dies {
			continue
		}
		other = max(other, j.At)
		if want := byPort(j.To, 0); j.Reason != want && (want != 0 || j.Reason != endpoint.NoResponse) {
			t.Errorf("%v is %v, want %v", j.To, j.Reason, want)
		}
	}
	if d := other.Sub(s.recorder.sent[0].Sent); d > 5*time.Second {
		t.Errorf("the other address took %v", d)
	}
	if d := s.last(done); d > 40*time.Second {
		t.Errorf("it took %v until the dead host was given up", d)
	}
}

// TestFewHostsAliveOfMany: one host in a hundred of a /16 answers.
func TestFewHostsAliveOfMany(t *testing.T) {
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
	if n := maxFalseSilence(done, alive); n > 0 {
		t.Errorf("%d of %d are wrong", n, len(done))
	}
	t.Logf("%d endpoints in %v of simulated time", len(done), s.last(done))
}

// TestMoreAddressesThanAreRemembered: the table forgets, and nothing is lost or
// wrong for it.
func TestMoreAddressesThanAreRemembered(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: 20 * time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.02, Port: byPort}, batch: 256}
	s.opts.Addresses = 3000
	s.opts.Concurrency = 2000
	done := s.run(t, jobsFor("10.0.0.1", 20_000, 4))
	if n := maxFalseSilence(done, byPort); n > 10 {
		t.Errorf("%d of %d are wrong: addresses of four ports cannot show their loss, but that is too many", n, len(done))
	}
}

// TestNobodyOnTheLink: on a link with few hosts the system finds after three
// seconds that nobody has an address. A thousand ports at each of them must not
// take a thousand times as long, nor may too many be looked for at once.
func TestNobodyOnTheLink(t *testing.T) {
	alive := func(a netip.Addr) bool { return a.As4()[3]%25 == 1 }
	link := netip.MustParsePrefix("10.0.0.0/24")
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Jitter: time.Millisecond}}
	s.opts.OnLink = link.Contains
	s.net.Port = func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if alive(to.Addr()) {
			return byPort(to, p)
		}
		return endpoint.HostUnreach
	}
	s.net.Nobody = func(a netip.Addr) bool { return !alive(a) }
	done := s.run(t, jobsFor("10.0.0.1", 254, 1000))
	if n := maxFalseSilence(done, s.net.Port); n > 0 {
		t.Errorf("%d of %d are wrong", n, len(done))
	}
	if d := s.last(done); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
	for _, j := range done {
		if !alive(j.To.Addr()) && (j.RTT >= 0 || j.TTL != 0) {
			t.Fatalf("%v, where nobody is, has a round trip of %v and a TTL of %d", j.To, j.RTT, j.TTL)
		}
	}
	asked := map[netip.Addr]int{}
	for _, a := range s.recorder.sent {
		asked[a.To.Addr()]++
	}
	for a, n := range asked {
		if !alive(a) && n > 40 {
			t.Errorf("%v, where nobody is, was asked %d times", a, n)
		}
	}
}

// returner says of the first ten attempts at each endpoint that are answered that
// they have not left.
type returner struct {
	probe.Transport
	to       map[probe.ID]netip.AddrPort
	returned map[netip.AddrPort]int
}

func (r *returner) Send(as []*probe.Attempt) (int, error) {
	n, err := r.Transport.Send(as)
	for _, a := range as[:n] {
		r.to[a.ID] = a.To
	}
	return n, err
}

func (r *returner) Poll(until probe.Time, into []probe.Answer) (n int, drained bool, err error) {
	n, drained, err = r.Transport.Poll(until, into)
	for i := range into[:n] {
		a := &into[i]
		if to := r.to[a.ID]; r.returned[to] < 10 {
			r.returned[to]++
			*a = probe.Answer{ID: a.ID, N: a.N, At: a.At, Reason: endpoint.LocalError, Err: probe.ErrBusy}
		}
	}
	return n, drained, err
}

// TestAttemptsThatHaveNotLeftAreMadeAnew: they are no trouble and do not count.
func TestAttemptsThatHaveNotLeftAreMadeAnew(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: refuses}}
	s.wrap = func(inner probe.Transport) probe.Transport {
		return &returner{inner, map[probe.ID]netip.AddrPort{}, map[netip.AddrPort]int{}}
	}
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 200)) {
		if j.Reason != endpoint.ConnRefused || j.Attempts != 1 || j.RTT != time.Millisecond {
			t.Errorf("%v is %v after %d attempts, %v: %v", j.To, j.Reason, j.Attempts, j.RTT, j.Err())
		}
	}
	if n := len(s.recorder.sent); n != 200*11 {
		t.Errorf("%d were made", n)
	}
}

// holder holds each endpoint's first attempt for longer than any time-out: then it
// says that it has not left, or, of an odd port, that nobody is there.
type holder struct {
	probe.Transport
	held    []probe.Answer
	seen    map[netip.AddrPort]bool
	busy    probe.Time    // until then it takes none
	heldFor time.Duration // any one
	mute    bool          // it does not say that it holds them
}

func (h *holder) Send(as []*probe.Attempt) (int, error) {
	if h.Now() < h.busy {
		return 0, probe.ErrBusy
	}
	for i, a := range as {
		if h.seen[a.To] {
			if n, err := h.Transport.Send(as[i : i+1]); n == 0 {
				return i, err
			}
			continue
		}
		h.seen[a.To], a.Queued, a.Sent = true, !h.mute, h.Now()
		answer := probe.Answer{ID: a.ID, N: a.N, At: a.Sent.Add(h.heldFor), Reason: endpoint.LocalError, Err: probe.ErrBusy}
		if a.To.Port()%2 == 1 {
			answer.Reason, answer.Unresolved, answer.Err = endpoint.HostUnreach, true, nil
		}
		h.held = append(h.held, answer)
	}
	return len(as), nil
}

func (h *holder) Poll(until probe.Time, into []probe.Answer) (n int, drained bool, err error) {
	if len(h.held) > 0 {
		until = min(until, h.held[0].At)
	}
	for n < len(into) && len(h.held) > 0 && h.held[0].At <= h.Now() {
		into[n], h.held = h.held[0], h.held[1:]
		n++
	}
	if n > 0 {
		return n, false, nil
	}
	return h.Transport.Poll(until, into)
}

// TestAttemptsThatAreHeldAreNotSilent: what waits for a neighbor has not been
// asked yet.
func TestAttemptsThatAreHeldAreNotSilent(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: refuses}}
	s.opts.Timeout, s.opts.Retries = 300*time.Millisecond, 0
	s.wrap = func(inner probe.Transport) probe.Transport {
		return &holder{Transport: inner, seen: map[netip.AddrPort]bool{}, heldFor: 20 * time.Second}
	}
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 100)) {
		want := endpoint.ConnRefused
		if j.To.Port()%2 == 1 {
			want = endpoint.HostUnreach
		}
		if j.Reason != want || j.Attempts != 1 || want == endpoint.ConnRefused && j.RTT != time.Millisecond {
			t.Errorf("%v is %v after %d attempts, %v: %v", j.To, j.Reason, j.Attempts, j.RTT, j.Err())
		}
	}
}

// TestNeighborsAreSoughtFromTheSending: an address of the own link, which the
// transport has no room for at first, is not taken for one that was sought in vain
// and is there.
func TestNeighborsAreSoughtFromTheSending(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: refuses}}
	s.opts.OnLink = func(netip.Addr) bool { return true }
	s.wrap = func(inner probe.Transport) probe.Transport {
		return &holder{
			Transport: inner, seen: map[netip.AddrPort]bool{}, mute: true,
			busy: inner.Now().Add(10 * time.Second), heldFor: 2900 * time.Millisecond,
		}
	}
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 1)) {
		if j.Reason != endpoint.HostUnreach {
			t.Errorf("%v is %v after %d attempts", j.To, j.Reason, j.Attempts)
		}
	}
}

// nearer says of all that it sends that its neighbor is there.
type nearer struct{ probe.Transport }

func (n nearer) Send(as []*probe.Attempt) (int, error) {
	for _, a := range as {
		a.Resolved = true
	}
	return n.Transport.Send(as)
}

// TestTheSilenceOfANeighborIsItsOwn where the transport knows that it is there:
// else the system may still be looking for it.
func TestTheSilenceOfANeighborIsItsOwn(t *testing.T) {
	for _, near := range []bool{false, true} {
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: time.Millisecond, Port: func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return 0 },
		}}
		s.opts.OnLink = func(netip.Addr) bool { return true }
		if near {
			s.wrap = func(inner probe.Transport) probe.Transport { return nearer{inner} }
		}
		done := s.run(t, jobsFor("10.0.0.1", 1, 20))
		d := s.last(done)
		if n := maxFalseSilence(done, s.net.Port); n > 0 || near != (d < 6*time.Second) {
			t.Errorf("near %v: %d of %d are wrong, after %v", near, n, len(done), d)
		}
	}
}
