package connect

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

// TestSocketOfOneLinkIsNotUsedOnAnother connects to link-local addresses.
func TestSocketOfOneLinkIsNotUsedOnAnother(t *testing.T) {
	l := lab.New(t)
	one, two := l.Host("", lab.Listen("80")), l.Host("", lab.Listen("81"))
	k := newTester(t, Options{Room: 4})
	for i := range 8 {
		for _, c := range []struct {
			a    netip.Addr
			port uint16
			want endpoint.Reason
		}{
			{one.LinkLocal(), 80, accepted},
			{two.LinkLocal(), 80, refused},
			{two.LinkLocal(), 81, accepted},
			{one.Addr6(), 80, accepted},
			{two.Addr6(), 81, accepted},
			{one.Addr(), 80, accepted},
			{one.LinkLocal(), 81, refused},
		} {
			if got := k.probe(c.a, c.port); got != c.want {
				t.Errorf("round %d: port %d of %v is %v, want %v", i, c.port, c.a, got, c.want)
			}
		}
	}
	if k.open > 3 {
		t.Errorf("%d sockets are open; three pools, one attempt at a time", k.open)
	}
}

func TestRoomIsTheMaximumOfSockets(t *testing.T) {
	h := labHost(t)
	k := newTester(t, Options{Room: 3})
	var as []*probe.Attempt
	for p := range uint16(5) {
		as = append(as, &probe.Attempt{To: netip.AddrPortFrom(h.Addr(), silentPort+p)})
	}
	if n, err := k.Send(as); n != 3 || err != probe.ErrBusy {
		t.Fatalf("%d were sent, %v; want 3, busy", n, err)
	}
	k.Forget(as[1])
	if n, err := k.Send(as[3:]); n != 1 || err != probe.ErrBusy {
		t.Fatalf("then %d were sent, %v; want 1, busy", n, err)
	}
	// An idle socket of another kind is closed.
	k.Forget(as[0])
	if got := k.probe(h.Addr6(), closedPort); got != refused || k.open != 3 {
		t.Errorf("%v, %d open", got, k.open)
	}
}

func TestSelfConnectionIsNotOpen(t *testing.T) {
	l := lab.New(t)
	l.Sysctl("net/ipv4/ip_local_port_range", "20000 20001")
	for _, to := range []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()} {
		k := newTester(t, Options{})
		met := false
		for range 20 {
			switch a := k.wait(k.send(to, 20000)); {
			case a.Reason == endpoint.LocalError && a.Err == ErrSelf:
				met = true
			case a.Reason != refused:
				t.Errorf("%+v", a)
			}
		}
		if !met {
			t.Errorf("%v: no socket connected to itself: nothing is tested", to)
		}
	}
}

// TestNoConnectionIsLeft looks for connections in any state, TIME_WAIT included.
func TestNoConnectionIsLeft(t *testing.T) {
	h := labHost(t)
	k := newTester(t, Options{Room: 50})
	for range 40 {
		if got := k.probe(h.Addr(), openPort); got != accepted {
			t.Fatal(got)
		}
	}
	for p := range uint16(20) {
		k.send(h.Addr(), openPort+p) // closed before Poll
	}
	time.Sleep(5 * time.Millisecond)
	k.Close()
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(table), "\n"); n != 1 {
		t.Errorf("%d sockets are left:\n%s", n-1, table)
	}
}

func TestSourceAndInterfaceAreUsed(t *testing.T) {
	l := lab.New(t)
	one, two := l.Host("", lab.Listen("80")), l.Host("", lab.Listen("80"))
	near := func(h *lab.Host) netip.Addr { return h.Addr().Prev() }
	for _, c := range []struct {
		o    Options
		to   netip.Addr
		want string
	}{
		{Options{Source: near(one)}, one.Addr(), "syn-ack"},
		{Options{Source: near(two)}, one.Addr6(), "address family not supported by protocol"},
		{Options{Source: netip.MustParseAddr("192.0.2.1")}, one.Addr(), "cannot assign requested address"},
		{Options{Source: netip.MustParseAddr("fe80::1%" + one.Link())}, one.LinkLocal(), "syn-ack"},
		{Options{Interface: one.Link()}, one.Addr(), "syn-ack"},
		{Options{Interface: one.Link()}, one.LinkLocal().WithZone(""), "syn-ack"},
		{Options{Interface: one.Link()}, two.Addr6(), "network is unreachable"},
		{Options{Interface: "nolink0"}, one.Addr(), "no such device"},
		{Options{}, one.LinkLocal().WithZone(""), kernel.ErrNoZone.Error()},
	} {
		k := newTester(t, c.o)
		for range 3 {
			a := &probe.Attempt{To: netip.AddrPortFrom(c.to, 80)}
			_, err := k.Send([]*probe.Attempt{a})
			got := fmt.Sprint(err)
			if err == nil {
				got = k.wait(a).Reason.String()
			}
			if got != c.want {
				t.Errorf("%+v to %v: %s, want %s", c.o, c.to, got, c.want)
			}
		}
	}
}

func TestAttemptsDoNotAllocate(t *testing.T) {
	h := labHost(t)
	var idle net.Listener // a listener of the lab would accept, which allocates
	err := h.Do(func() (err error) {
		idle, err = net.Listen("tcp", ":0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	for name, c := range map[string]struct {
		to   netip.Addr
		port uint16
	}{
		"refused":    {h.Addr(), closedPort},
		"refused v6": {h.Addr6(), closedPort},
		"link-local": {h.LinkLocal(), closedPort},
		"open":       {h.Addr(), uint16(idle.Addr().(*net.TCPAddr).Port)},
		"rejected":   {h.Addr(), rejectedPort},
		"silent":     {h.Addr(), silentPort},
	} {
		k := newTester(t, Options{Room: 100})
		as, into := make([]*probe.Attempt, 64), make([]probe.Reply, 64)
		for i := range as {
			as[i] = &probe.Attempt{To: netip.AddrPortFrom(c.to, c.port)}
		}
		cycle := func() {
			if n, err := k.Send(as); n != len(as) || err != nil {
				t.Fatalf("%s: %d, %v", name, n, err)
			}
			heard := 0
			for end := k.Now().Add(time.Second); heard < len(as) && c.port != silentPort && k.Now() < end; {
				n, _, err := k.Poll(end, into)
				if err != nil {
					t.Fatal(err)
				}
				heard += n
			}
			if c.port == silentPort {
				for _, a := range as {
					k.Forget(a)
				}
			} else if heard != len(as) {
				t.Fatalf("%s: %d answers to %d attempts", name, heard, len(as))
			}
		}
		cycle()
		if n := testing.AllocsPerRun(20, cycle); n > 0 {
			t.Errorf("%s: %v allocations for %d attempts", name, n, len(as))
		}
	}
}

// TestNoDescriptorsLeft: the transport is busy if it has some in use, else the attempt
// fails.
func TestNoDescriptorsLeft(t *testing.T) {
	h := labHost(t)
	k := newTester(t, Options{Room: 100})
	first := k.send(h.Addr(), silentPort)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	low := limit
	low.Cur = 1
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	second := []*probe.Attempt{{To: netip.AddrPortFrom(h.Addr(), closedPort)}}
	if n, err := k.Send(second); n != 0 || err != probe.ErrBusy {
		t.Errorf("with one in use: %d, %v", n, err)
	}
	k.Forget(first)
	k.wait(k.send(h.Addr(), closedPort)) // the idle socket is used
	if i, ok := k.pop(0); ok {
		k.close(i)
	}
	if n, err := k.Send(second); n != 0 || err != unix.EMFILE {
		t.Errorf("with none in use: %d, %v", n, err)
	}
}
