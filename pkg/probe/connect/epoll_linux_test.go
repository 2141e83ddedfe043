package connect

import (
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

// tester sends attempts and waits for answers.
type tester struct {
	tb testing.TB
	*Epoll
	slot uint32
}

func newTester(tb testing.TB, o Options) *tester {
	tb.Helper()
	o.Room = max(o.Room, 1)
	t, err := NewEpoll(o, probe.NewClock(time.Now()))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	return &tester{tb: tb, Epoll: t}
}

// send starts an attempt.
func (k *tester) send(a netip.Addr, port uint16) *probe.Attempt {
	k.tb.Helper()
	k.slot++
	at := &probe.Attempt{To: netip.AddrPortFrom(a, port), ID: probe.ID{Slot: k.slot, Gen: 7}, N: 3}
	if n, err := k.Send([]*probe.Attempt{at}); n != 1 || err != nil {
		k.tb.Fatalf("sending to %v: %d, %v", at.To, n, err)
	}
	return at
}

// wait returns the answer to an attempt, which has to be the only one.
func (k *tester) wait(a *probe.Attempt) probe.Reply {
	k.tb.Helper()
	var into [4]probe.Reply
	for end := k.Now().Add(3 * time.Second); k.Now() < end; {
		n, _, err := k.Poll(end, into[:])
		if err != nil {
			k.tb.Fatal(err)
		}
		if n == 0 {
			continue
		}
		if n != 1 || into[0].ID != a.ID || into[0].N != a.N {
			k.tb.Fatalf("%d answers, %+v; want one to %+v", n, into[0], *a)
		}
		return into[0]
	}
	k.tb.Fatalf("no answer to %v", a.To)
	return probe.Reply{}
}

// probe returns the reason of an endpoint.
func (k *tester) probe(a netip.Addr, port uint16) endpoint.Reason {
	k.tb.Helper()
	return k.wait(k.send(a, port)).Reason
}

// quiet fails if an answer arrives within a moment.
func (k *tester) quiet(d time.Duration) {
	k.tb.Helper()
	var into [4]probe.Reply
	for end := k.Now().Add(d); k.Now() < end; {
		if n, _, err := k.Poll(end, into[:]); n > 0 || err != nil {
			k.tb.Fatalf("%d answers, %+v, %v; want none", n, into[0], err)
		}
	}
}

const (
	openPort, silentPort, rejectedPort, closedPort = 80, 1000, 2000, 3000
	refused, accepted                              = endpoint.ConnRefused, endpoint.SynAck
)

func labHost(tb testing.TB) *lab.Host {
	return lab.New(tb).Host("", lab.Listen("80-99"), lab.Silent("1000-1999"), lab.Reject4("2000-2999", 3), lab.Reject6("2000-2999", 4))
}

// TestReusedSocketReportsTheNextResult tries every pair of results on one socket.
func TestReusedSocketReportsTheNextResult(t *testing.T) {
	h := labHost(t)
	for _, to := range []netip.Addr{h.Addr(), h.Addr6(), h.LinkLocal()} {
		k := newTester(t, Options{})
		for i := range 2000 {
			port, want := uint16(0), refused
			switch i * 7919 % 11 {
			case 0, 1, 2:
				port, want = openPort, accepted
			case 3, 4, 5:
				port, want = rejectedPort, endpoint.PortUnreach
			case 6, 7:
				a := k.send(to, silentPort)
				if i%2 == 0 {
					k.quiet(0)
				}
				k.Forget(a)
				continue
			default:
				port = closedPort
			}
			if got := k.probe(to, port+uint16(i%20)); got != want {
				t.Fatalf("%d: port %d of %v is %v, want %v", i, port, to, got, want)
			}
		}
		if len(k.all) != 1 || k.open != 1 {
			t.Errorf("%v uses %d sockets", to, len(k.all))
		}
	}
}

// TestForgottenAttemptHasNoAnswer: its result is not reported for the next attempt on the
// same socket either.
func TestForgottenAttemptHasNoAnswer(t *testing.T) {
	h := labHost(t)
	k := newTester(t, Options{})
	for _, before := range []uint16{openPort, closedPort, rejectedPort, silentPort} {
		for after, want := range map[uint16]endpoint.Reason{
			openPort: accepted, closedPort: refused, rejectedPort: endpoint.PortUnreach,
		} {
			a := k.send(h.Addr(), before)
			time.Sleep(2 * time.Millisecond)
			k.Forget(a)
			k.Forget(a) // the second time has no effect
			if got := k.probe(h.Addr(), after); got != want {
				t.Errorf("%d, forgotten, then %d: %v, want %v", before, after, got, want)
			}
		}
		a := k.send(h.Addr(), before)
		time.Sleep(2 * time.Millisecond)
		k.Forget(a)
		k.quiet(5 * time.Millisecond)
	}
}

func TestAnswersHaveSenderAndTime(t *testing.T) {
	h := labHost(t)
	k := newTester(t, Options{})
	for port, from := range map[uint16]netip.Addr{openPort: h.Addr(), closedPort: h.Addr(), rejectedPort: h.Addr()} {
		a := k.send(h.Addr(), port)
		if got := k.wait(a); got.From != from || got.At <= a.Sent || got.At-a.Sent > probe.Time(time.Second) || got.Err != nil {
			t.Errorf("%v, sent at %d: %+v", a.To, a.Sent, got)
		}
	}
	noRoute := []*probe.Attempt{{To: netip.MustParseAddrPort("198.51.100.1:80")}}
	if n, err := k.Send(noRoute); n != 0 || err != unix.ENETUNREACH {
		t.Errorf("no route: %d, %v", n, err)
	}
	noLink := []*probe.Attempt{{To: netip.MustParseAddrPort("[fe80::1%nolink0]:80")}}
	if n, err := k.Send(noLink); n != 0 || err != unix.ENODEV {
		t.Errorf("no such zone: %d, %v", n, err)
	}
	if got := k.probe(h.Addr(), openPort); got != accepted {
		t.Errorf("then %v", got)
	}
}

// TestUnresolvedIsThisMachinesReport: host unreachable from a gateway is not Unresolved.
func TestUnresolvedIsThisMachinesReport(t *testing.T) {
	h := lab.New(t).Host("", lab.NeighborRetry(50*time.Millisecond))
	b := h.Behind("", lab.NeighborRetry(50*time.Millisecond))
	k := newTester(t, Options{})
	for to, nobody := range map[netip.Addr]bool{
		h.Addr().Next(): true, h.Addr6().Next(): true, b.Addr().Next(): false, b.Addr6().Next(): false,
	} {
		a := k.wait(k.send(to, closedPort))
		if a.Reason != endpoint.HostUnreach || a.Unresolved != nobody || !a.From.IsValid() || a.From == to {
			t.Errorf("%v: %+v", to, a)
		}
	}
}

// TestPollContinuesWithTheRest has less room than answers.
func TestPollContinuesWithTheRest(t *testing.T) {
	h := labHost(t)
	k := newTester(t, Options{Room: 100})
	for p := range uint16(50) {
		k.send(h.Addr(), closedPort+p)
	}
	time.Sleep(20 * time.Millisecond)
	seen := map[uint32]bool{}
	var into [7]probe.Reply
	for {
		n, drained, err := k.Poll(0, into[:])
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range into[:n] {
			seen[a.ID.Slot] = true
		}
		if drained != (len(seen) == 50 && n < len(into)) {
			t.Fatalf("drained is %v after %d of 50, %d of them now", drained, len(seen), n)
		}
		if drained {
			break
		}
	}
}

// TestAnswersOfConnectItselfComeFirst: connect to loopback returns a result at once.
func TestAnswersOfConnectItselfComeFirst(t *testing.T) {
	h := labHost(t)
	k := newTester(t, Options{Room: 8})
	for i, to := range []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()} {
		s, err := k.acquire(kind{family: kernel.FamilyOf(to)})
		if err != nil {
			t.Fatal(err)
		}
		k.all[s].to = netip.AddrPortFrom(to, 9)
		k.all[s].id.Slot = uint32(100 + i)
		if err := k.started(s, unix.ECONNREFUSED); err != nil {
			t.Fatal(err)
		}
	}
	var into [2]probe.Reply
	for i := range uint32(2) {
		n, drained, err := k.Poll(probe.Never, into[:1+i])
		if n != 1 || drained != (i == 1) || err != nil || into[0].ID.Slot != 100+i || into[0].Reason != refused {
			t.Errorf("%d: %d, %v, %v, %+v", i, n, drained, err, into[0])
		}
	}
	s, err := k.acquire(kind{family: unix.AF_INET})
	if err != nil {
		t.Fatal(err)
	}
	k.all[s].to = netip.AddrPortFrom(h.Addr(), 9)
	if err := k.started(s, unix.ECONNREFUSED); err != unix.ECONNREFUSED {
		t.Errorf("a refusal before the target can reply: %v", err)
	}
	k.quiet(time.Millisecond)
}

func TestWakeEndsOnePoll(t *testing.T) {
	k := newTester(t, Options{})
	var into [1]probe.Reply
	poll := func(until probe.Time) time.Duration {
		began := time.Now()
		if n, drained, err := k.Poll(until, into[:]); n != 0 || !drained || err != nil {
			t.Errorf("%d, %v, %v", n, drained, err)
		}
		return time.Since(began)
	}
	for range 300 {
		time.AfterFunc(time.Millisecond, k.Wake)
		if d := poll(probe.Never); d > time.Second {
			t.Fatalf("it slept %v", d)
		}
	}
	k.Wake()
	poll(0) // does not wait
	if d := poll(probe.Never); d > time.Second {
		t.Errorf("it slept %v: an earlier Wake was lost", d)
	}
	if d := poll(k.Now().Add(30 * time.Millisecond)); d < 30*time.Millisecond || d > time.Second {
		t.Errorf("it slept %v, not 30ms", d)
	}
}

// TestWakeAfterCloseHasNoEffect: the descriptor may belong to another file by then.
func TestWakeAfterCloseHasNoEffect(t *testing.T) {
	k := newTester(t, Options{})
	wake := k.poller.FD()
	k.Close()
	other, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(other)
	if other > wake {
		t.Fatalf("descriptor %d was not reused: nothing is tested", wake)
	}
	if err := unix.Dup3(other, wake, unix.O_CLOEXEC); err != nil && other != wake {
		t.Fatal(err)
	}
	k.Wake()
	var n [8]byte
	if _, err := unix.Read(other, n[:]); err != unix.EAGAIN {
		t.Errorf("it wrote to another file: %v, %v", n, err)
	}
	if other != wake {
		unix.Close(wake)
	}
}
