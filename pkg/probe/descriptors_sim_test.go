package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// room is a transport that has few descriptors.
type room struct {
	probe.Transport
	n       int // descriptors that it has
	told    int // descriptors that it reports
	held    map[attempt]bool
	refused int // sends
	peak    int // maximum number of endpoints with a descriptor
}

func newRoom(t probe.Transport, n, told int) *room {
	return &room{Transport: t, n: n, told: told, held: map[attempt]bool{}}
}

type attempt struct {
	id probe.ID
	n  uint8
}

func (r *room) Stats() probe.Stats { return probe.Stats{Room: r.told} }

func (r *room) Send(as []*probe.Attempt) (int, error) {
	for i, a := range as {
		if len(r.held) >= r.n {
			r.refused++
			return i, probe.ErrBusy
		}
		r.Transport.Send(as[i : i+1])
		r.held[attempt{a.ID, a.N}] = true
		endpoints := map[probe.ID]bool{}
		for held := range r.held {
			endpoints[held.id] = true
		}
		r.peak = max(r.peak, len(endpoints))
	}
	return len(as), nil
}

func (r *room) Poll(until probe.Time, into []probe.Reply) (int, bool, error) {
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

// TestFewDescriptorsDelayProbes requires that no endpoint is listened to for less time
// instead.
func TestFewDescriptorsDelayProbes(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 20, 200} {
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: 500 * time.Microsecond, Port: opensFrom, Delay: slowPorts(50 * time.Millisecond),
		}}
		s.wrap = func(t probe.Transport) probe.Transport {
			return newRoom(t, n, n)
		}
		done := s.run(t, append(portsOf(span(990, 1030)...), portsOf(span(7300, 7318)...)...))
		requireRight(t, done, opensFrom)
		t.Logf("%d descriptors: %v", n, s.last(done))
	}
}

// TestBusyTransportGetsDescriptorsBack has the first probes use all descriptors, of
// which the transport reports more than it has.
func TestBusyTransportGetsDescriptorsBack(t *testing.T) {
	for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: opensFrom}}
		s.opts.HostTimeout = time.Minute // ends the scan if no descriptor is returned
		s.wrap = func(t probe.Transport) probe.Transport {
			return newRoom(t, 4, 1000)
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

// TestDescriptorsAreKeptForAddressesThatReply requires that nearly all descriptors are used
// for addresses that never replied, whose endpoints need one each. At a filtered host some
// are kept for second probes.
func TestDescriptorsAreKeptForAddressesThatReply(t *testing.T) {
	for name, c := range map[string]struct {
		port        truth
		least, most int // endpoints with a descriptor
	}{
		"dead": {silent, 252, 255},
		"filtered": {func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
			if to.Port() == 1 {
				return endpoint.ConnRefused
			}
			return 0
		}, 200, 240},
	} {
		t.Run(name, func(t *testing.T) {
			var r *room
			s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: c.port}}
			s.wrap = func(t probe.Transport) probe.Transport {
				r = newRoom(t, 256, 256)
				return r
			}
			s.opts.Rate = 5000 // the first reply comes before most probes
			requireRight(t, s.run(t, jobsFor("10.0.0.1", 4, 300)), c.port)
			if r.peak < c.least || r.peak > c.most {
				t.Errorf("up to %d endpoints had a descriptor, want %d to %d", r.peak, c.least, c.most)
			}
		})
	}
}

// TestHostConcurrencyCoversLingering has silent ports keep their first socket for late
// replies.
func TestHostConcurrencyCoversLingering(t *testing.T) {
	var r *room
	s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: opensFrom}}
	s.opts.HostConcurrency = 3
	s.wrap = func(t probe.Transport) probe.Transport {
		r = newRoom(t, 1000, 1000)
		return r
	}
	s.run(t, append(portsOf(7300), portsOf(span(1000, 1020)...)...))
	if r.peak != 3 {
		t.Errorf("up to %d endpoints had a socket, want 3", r.peak)
	}
}

// TestLongRTTIsNotSilence has too few descriptors for listening long after the timeout.
func TestLongRTTIsNotSilence(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: 700 * time.Millisecond, Port: byPort}}
	s.wrap = func(t probe.Transport) probe.Transport { return newRoom(t, 20, 20) }
	requireRight(t, s.run(t, jobsFor("10.0.0.1", 300, 1)), byPort)
}

// TestCanariesFindDescriptors has every endpoint hold two descriptors, for a probe and for
// late replies to the one before. Without canaries nothing proves that the host replies.
func TestCanariesFindDescriptors(t *testing.T) {
	port := func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		if to.Port()%4 == 0 {
			return endpoint.ConnRefused
		}
		return 0
	}
	for n, within := range map[int]time.Duration{20: 6 * time.Minute, 40: 5 * time.Minute, 200: 25 * time.Second} {
		s := scan{opts: defaults(), net: simnet.Config{RTT: 2 * time.Second, Jitter: 50 * time.Millisecond, Port: port}}
		s.opts.Concurrency = n * 2 / 3
		r := newRoom(nil, n, n)
		s.wrap = func(t probe.Transport) probe.Transport {
			r.Transport = t
			return r
		}
		done := s.run(t, jobsFor("10.0.0.1", 1, 200))
		requireRight(t, done, port)
		s.requireWithin(t, done, within)
		if r.refused > 0 {
			t.Errorf("%d descriptors: %d probes found none", n, r.refused)
		}
	}
}
