package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

func everyAddress(netip.Addr) bool { return true }

// TestUnresolvedNeighborEndsItsPorts has the system report after three seconds that an
// address was not resolved: that ends all of its ports, most of them without a probe.
func TestUnresolvedNeighborEndsItsPorts(t *testing.T) {
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
	s.net.Unresolved = func(a netip.Addr) bool { return !alive(a) }
	done := s.run(t, jobsFor("10.0.0.1", 254, 1000))
	requireRight(t, done, s.net.Port)
	s.requireWithin(t, done, 20*time.Second)
	for _, j := range done {
		if !alive(j.To.Addr()) && (j.RTT >= 0 || j.TTL != 0) {
			t.Fatalf("unresolved %v has RTT %v and TTL %d, want neither", j.To, j.RTT, j.TTL)
		}
	}
	probes := map[netip.Addr]int{}
	for _, a := range s.recorder.sent {
		probes[a.To.Addr()]++
	}
	for a, n := range probes {
		if !alive(a) && n > 40 {
			t.Errorf("%d probes were sent to unresolved %v, want at most 40", n, a)
		}
	}
}

// TestFastHostUnreachIsOnePort has a firewall on an on-link host report
// host-unreach for some ports: connect(2) returns the same error for that and for
// an unresolved neighbor, but no search for a neighbor fails within 1 ms.
func TestFastHostUnreachIsOnePort(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: byPort}}
	s.opts.OnLink = everyAddress
	s.wrap = func(inner probe.Transport) probe.Transport {
		return edited{inner, func(a *probe.Reply) { a.Unresolved = a.Reason == endpoint.HostUnreach }}
	}
	done := s.run(t, jobsFor("10.0.0.1", 2, 100))
	requireRight(t, done, byPort)
}

// TestNeighborTableDecidesUnreportedSearches has the system report no failed search.
// Its neighbor table then gives all ports of an address the same reason, and a search
// in progress is waited for longer than the timeout.
func TestNeighborTableDecidesUnreportedSearches(t *testing.T) {
	for _, c := range []struct {
		known probe.Neighbor
		want  endpoint.Reason
		least time.Duration
	}{
		{probe.NeighborMissing, endpoint.HostUnreach, 0},
		{probe.NeighborSought, endpoint.HostUnreach, 3 * time.Second},
		{probe.NeighborFound, endpoint.NoResponse, 0},
		{probe.NeighborUnknown, endpoint.NoResponse, 0},
	} {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			s := scan{opts: defaults()}
			s.opts.Timeout, s.opts.Retries = 300*time.Millisecond, 0
			s.opts.OnLink = everyAddress
			s.opts.Neighbor = func(netip.Addr) probe.Neighbor { return c.known }
			s.net.Port = silent
			jobs := jobsFor("10.0.0.1", 2, 20)
			for _, j := range jobs {
				j.Proto = proto
			}
			done := s.run(t, jobs)
			for _, j := range done {
				if j.Reason != c.want || j.RTT >= 0 {
					t.Errorf("neighbor %v: %v %v is %v with RTT %v, want %v", c.known, proto, j.To, j.Reason, j.RTT, c.want)
				}
			}
			if d := s.last(done); d < c.least || d > 7*time.Second {
				t.Errorf("neighbor %v, %v: the scan took %v, want %v to 7s", c.known, proto, d, c.least)
			}
		}
	}
}

// holder is a transport that queues the first probe of each endpoint for a neighbor
// search. In the end it reports that the probe was not sent, or, for an odd port,
// that the neighbor was not resolved.
type holder struct {
	probe.Transport
	held    []probe.Reply
	seen    map[netip.AddrPort]bool
	busy    probe.Time    // end of a time in which it accepts no probe
	heldFor time.Duration // duration of a search
	mute    bool          // it does not report probes as queued
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
		answer := probe.Reply{ID: a.ID, N: a.N, At: a.Sent.Add(h.heldFor), Reason: endpoint.LocalError, Err: probe.ErrBusy}
		if a.To.Port()%2 == 1 {
			answer.Reason, answer.Unresolved, answer.Err = endpoint.HostUnreach, true, nil
		}
		h.held = append(h.held, answer)
	}
	return len(as), nil
}

func (h *holder) Poll(until probe.Time, into []probe.Reply) (n int, drained bool, err error) {
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

func TestTimeoutStartsWhenTheNeighborIsResolved(t *testing.T) {
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
			t.Errorf("%v: %v after %d probes, RTT %v, error %v", j.To, j.Reason, j.Attempts, j.RTT, j.Err())
		}
	}
}

// TestNeighborSearchStartsWithTheProbe has the transport be busy at first: that time
// is not part of the search, after which a neighbor would count as resolved.
func TestNeighborSearchStartsWithTheProbe(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: refuses}}
	s.opts.OnLink = everyAddress
	s.wrap = func(inner probe.Transport) probe.Transport {
		return &holder{
			Transport: inner, seen: map[netip.AddrPort]bool{}, mute: true,
			busy: inner.Now().Add(10 * time.Second), heldFor: 2900 * time.Millisecond,
		}
	}
	for _, j := range s.run(t, jobsFor("10.0.0.1", 1, 1)) {
		if j.Reason != endpoint.HostUnreach {
			t.Errorf("%v: %v after %d probes, want host-unreach", j.To, j.Reason, j.Attempts)
		}
	}
}

// resolved is a transport that reports the neighbor of every probe as resolved.
type resolved struct{ probe.Transport }

func (n resolved) Send(as []*probe.Attempt) (int, error) {
	for _, a := range as {
		a.Resolved = true
	}
	return n.Transport.Send(as)
}

// TestSilenceOfAResolvedNeighborIsNotWaitedFor: only while the transport does not
// report it as resolved may the system still be searching for it.
func TestSilenceOfAResolvedNeighborIsNotWaitedFor(t *testing.T) {
	for _, known := range []bool{false, true} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: silent}}
		s.opts.OnLink = everyAddress
		if known {
			s.wrap = func(inner probe.Transport) probe.Transport { return resolved{inner} }
		}
		done := s.run(t, jobsFor("10.0.0.1", 1, 20))
		requireRight(t, done, silent)
		if d := s.last(done); known != (d < 6*time.Second) {
			t.Errorf("resolved %v: the scan took %v, want less than 6s only if it is", known, d)
		}
	}
}
