package probe_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

func TestLocalErrorIsNotAPortState(t *testing.T) {
	trouble := errors.New("no buffer space available")
	tries := map[uint16]int{}
	net := simnet.Config{RTT: time.Millisecond, Port: byPort, SendError: func(a *probe.Attempt) error {
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
		want := truth(byPort).reason(j)
		if j.To.Port() == 77 {
			want = endpoint.LocalError
			if !errors.Is(j.Err(), trouble) || j.Attempts != 0 {
				t.Errorf("port 77: error %v after %d probes", j.Err(), j.Attempts)
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

// TestPacketErrorResendsTheProbe has a router report that it could not forward the
// probes: a few are replaced beside the retries.
func TestPacketErrorResendsTheProbe(t *testing.T) {
	for _, c := range []struct {
		errors, retries int
		want            endpoint.Reason
		attempts        uint8
	}{
		{1, 0, endpoint.SynAck, 2},
		{3, -1, endpoint.SynAck, 4},
		{30, 0, endpoint.NoResponse, 4},
		{30, 1, endpoint.NoResponse, 5},
	} {
		s := scan{opts: defaults()}
		s.opts.Retries = c.retries
		s.net.Port = accepts
		s.net.TooBig = func(a *probe.Attempt) bool { return int(a.N) <= c.errors }
		j := s.run(t, jobsFor("10.0.0.1", 1, 1))[0]
		if j.Reason != c.want || j.Attempts != c.attempts {
			t.Errorf("%d errors: %v after %d probes, want %v after %d", c.errors, j.Reason, j.Attempts, c.want, c.attempts)
		}
	}
}

// TestLocalErrorAboutAnOlderProbeIsIgnored has the error about the second probe
// arrive while the third is outstanding, and the reply to that while the fourth is.
func TestLocalErrorAboutAnOlderProbeIsIgnored(t *testing.T) {
	s := scan{opts: defaults()}
	s.opts.Retries = 4
	s.net.RTT = 400 * time.Millisecond // more than the first timeouts
	s.net.Port = accepts
	s.net.TooBig = func(a *probe.Attempt) bool { return a.N == 2 }
	j := s.run(t, jobsFor("10.0.0.1", 1, 1))[0]
	if j.Reason != endpoint.SynAck || j.Attempts != 4 || j.RTT != s.net.RTT {
		t.Errorf("%v after %d probes, RTT %v; want syn-ack after 4, RTT %v", j.Reason, j.Attempts, j.RTT, s.net.RTT)
	}
}

// returner is a transport that reports, for the first ten probes of each endpoint
// that are replied to, that they were not sent.
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

func (r *returner) Poll(until probe.Time, into []probe.Reply) (n int, drained bool, err error) {
	n, drained, err = r.Transport.Poll(until, into)
	for i := range into[:n] {
		a := &into[i]
		if to := r.to[a.ID]; r.returned[to] < 10 {
			r.returned[to]++
			*a = probe.Reply{ID: a.ID, N: a.N, At: a.At, Reason: endpoint.LocalError, Err: probe.ErrBusy}
		}
	}
	return n, drained, err
}

// TestUnsentProbesAreSentAgain requires that they count neither as local errors nor
// as probes.
func TestUnsentProbesAreSentAgain(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: refuses}}
	s.wrap = func(inner probe.Transport) probe.Transport {
		return &returner{inner, map[probe.ID]netip.AddrPort{}, map[netip.AddrPort]int{}}
	}
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 200)) {
		if j.Reason != endpoint.ConnRefused || j.Attempts != 1 || j.RTT != time.Millisecond {
			t.Errorf("%v: %v after %d probes, RTT %v, error %v", j.To, j.Reason, j.Attempts, j.RTT, j.Err())
		}
	}
	if n := len(s.recorder.sent); n != 200*11 {
		t.Errorf("%d probes were sent, want %d", n, 200*11)
	}
}

// TestRefusedSendsSettle has this machine refuse sends while more endpoints are queued
// than may be outstanding: all of them settle, and those of other hosts are probed.
func TestRefusedSendsSettle(t *testing.T) {
	t.Parallel()
	refused := netip.MustParseAddr("192.0.2.1")
	causes := map[string]func(*probe.Attempt) bool{
		"every send": func(*probe.Attempt) bool { return true },
		"one host":   func(a *probe.Attempt) bool { return a.To.Addr() == refused },
		"even ports": func(a *probe.Attempt) bool { return a.To.Port()%2 == 0 },
		"retries":    func(a *probe.Attempt) bool { return a.N > 1 },
	}
	for cause, refuses := range causes {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			for window := 1; window <= 3; window++ {
				for workers := 1; workers <= 2; workers++ {
					for _, onLink := range []bool{false, true} {
						name := fmt.Sprintf("%s/%v/window %d/workers %d/on-link %v", cause, proto, window, workers, onLink)
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							s := scan{opts: defaults()}
							s.opts.Workers, s.opts.Concurrency = workers, max(window, workers)
							s.opts.HostConcurrency = window
							s.opts.OnLink = func(netip.Addr) bool { return onLink }
							s.net.RTT = time.Millisecond
							s.net.Port = silent
							s.net.SendError = func(a *probe.Attempt) error {
								if refuses(a) {
									return errors.New("no route")
								}
								return nil
							}
							jobs := jobsFor(refused.String(), 2, 25)
							for _, j := range jobs {
								j.Proto, j.Retries = proto, 1
							}
							stuck := time.AfterFunc(20*time.Second, func() { panic("endpoints stay unsettled: " + name) })
							defer stuck.Stop()
							for _, j := range s.run(t, jobs) {
								want := endpoint.NoResponse
								if refuses(&probe.Attempt{To: j.To, N: 1}) || refuses(&probe.Attempt{To: j.To, N: 2}) {
									want = endpoint.LocalError
								}
								if j.Reason != want {
									t.Errorf("%v: %v, want %v", j.To, j.Reason, want)
								}
							}
						})
					}
				}
			}
		}
	}
}

// unroutable is a transport of a machine that loses its route: from then on each probe
// fails, in Send or right after it.
type unroutable struct {
	probe.Transport
	from    probe.Time
	inSend  bool
	replies []probe.Reply
}

var errNoRoute = errors.New("network is unreachable")

func (u *unroutable) Send(as []*probe.Attempt) (int, error) {
	now := u.Now()
	switch {
	case now < u.from:
		return u.Transport.Send(as)
	case u.inSend:
		return 0, errNoRoute
	}
	for _, a := range as {
		a.Sent = now
		u.replies = append(u.replies, probe.Reply{ID: a.ID, N: a.N, At: now, Reason: endpoint.LocalError, Err: errNoRoute})
	}
	return len(as), nil
}

func (u *unroutable) Poll(until probe.Time, into []probe.Reply) (n int, drained bool, err error) {
	if len(u.replies) == 0 {
		return u.Transport.Poll(until, into)
	}
	n = copy(into, u.replies)
	u.replies = u.replies[n:]
	return n, len(u.replies) == 0, nil
}

// TestLostRouteDuringABlackout has the route vanish while the host is in a blackout. Its
// pace, one probe every 100 ms, would take more than an hour for the errors.
func TestLostRouteDuringABlackout(t *testing.T) {
	start := probe.Time(time.Hour)
	for _, inSend := range []bool{false, true} {
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: 5 * time.Millisecond, Port: byPort,
			Blackout: func(_ netip.Addr, now probe.Time) bool { return now >= start.Add(200*time.Millisecond) },
		}}
		s.opts.Rate = 20_000
		s.wrap = func(inner probe.Transport) probe.Transport {
			return &unroutable{Transport: inner, from: start.Add(time.Second), inSend: inSend}
		}
		done := s.run(t, jobsFor("10.0.0.1", 1, 10_000))
		if n := reasons(done)[endpoint.LocalError]; n < 6000 {
			t.Errorf("%d endpoints have a local error: the route vanished too late", n)
		}
		s.requireWithin(t, done, 10*time.Second)
	}
}
