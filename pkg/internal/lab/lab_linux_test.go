package lab

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { Main(m) }

// dial asks with a plain net.Dialer; nil is an accepted connection.
func dial(t *testing.T, to netip.AddrPort, timeout time.Duration) error {
	t.Helper()
	c, err := net.DialTimeout("tcp", to.String(), timeout)
	if err == nil {
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
	return err
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

func TestHostOptions(t *testing.T) {
	l := New(t)
	h := l.Host("", Listen("22,80-82"), Silent("1000-1999"), Reset("3000"),
		To("10.0.0.0/8", Silent("4000")), Reject4("5000", 1), Reject6("5000", 1),
		Redirect(2080, 80), Redirect(2083, 83), Delay(time.Millisecond, 0))
	for _, c := range []struct {
		name string
		to   netip.Addr
		port uint16
		want error // nil: accepted; unix.ETIMEDOUT: silence
	}{
		{"listens", h.Addr(), 22, nil},
		{"listens on a range", h.Addr(), 82, nil},
		{"listens over IPv6", h.Addr6(), 80, nil},
		{"listens on a link-local address", h.LinkLocal(), 81, nil},
		{"refuses", h.Addr(), 83, unix.ECONNREFUSED},
		{"refuses over IPv6", h.Addr6(), 83, unix.ECONNREFUSED},
		{"refuses on a link-local address", h.LinkLocal(), 83, unix.ECONNREFUSED},
		{"redirects", h.Addr(), 2080, nil},
		{"redirects over IPv6", h.Addr6(), 2080, nil},
		{"redirects to a port that refuses", h.Addr(), 2083, unix.ECONNREFUSED},
		{"first silent port", h.Addr(), 1000, unix.ETIMEDOUT},
		{"last silent port, IPv6", h.Addr6(), 1999, unix.ETIMEDOUT},
		{"the port after", h.Addr(), 2000, unix.ECONNREFUSED},
		{"the port before", h.Addr(), 999, unix.ECONNREFUSED},
		{"reset by the firewall", h.Addr(), 3000, unix.ECONNREFUSED},
		{"a rule for IPv4 addresses", h.Addr(), 4000, unix.ETIMEDOUT},
		{"is none for IPv6", h.Addr6(), 4000, unix.ECONNREFUSED},
		{"rejected with host unreachable", h.Addr(), 5000, unix.EHOSTUNREACH},
		{"rejected with prohibited", h.Addr6(), 5000, unix.EACCES},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := dial(t, netip.AddrPortFrom(c.to, c.port), 200*time.Millisecond)
			if c.want == unix.ETIMEDOUT && isTimeout(err) {
				return
			}
			if !errors.Is(err, c.want) {
				t.Errorf("dial said %v, want %v", err, c.want)
			}
		})
	}
	if got := h.Open(); !slices.Equal(got, []uint16{22, 80, 81, 82}) {
		t.Errorf("Open() = %v", got)
	}
}

func TestPacketsStayInTheNamespace(t *testing.T) {
	l := New(t)
	l.Host("")
	routes, err := whole(func() ([]netlink.Route, error) { return netlink.RouteList(nil, unix.AF_UNSPEC) })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range routes {
		if ones, _ := r.Dst.Mask.Size(); ones == 0 {
			t.Errorf("the scanner has a default route: %v", r)
		}
	}
	links, err := allLinks()
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if link.Type() != "veth" && link.Attrs().Name != "lo" {
			t.Errorf("the scanner has a link that is not the lab's: %v", link.Attrs().Name)
		}
	}
	for _, to := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		if err := dial(t, netip.MustParseAddrPort(to), time.Second); !errors.Is(err, unix.ENETUNREACH) {
			t.Errorf("dialling %s said %v, want that there is no way", to, err)
		}
	}
}

func TestHostsAndUnusedAddressesOnOneLink(t *testing.T) {
	l := New(t)
	l.Host("10.0.0.2/24 10.0.0.7/24 fd00::2/64", Listen("80"),
		To("10.0.0.7/32", Silent("")), NeighborRetry(50*time.Millisecond))
	if err := dial(t, netip.MustParseAddrPort("10.0.0.2:80"), time.Second); err != nil {
		t.Errorf("the living host said %v", err)
	}
	if err := dial(t, netip.MustParseAddrPort("10.0.0.7:80"), 100*time.Millisecond); !isTimeout(err) {
		t.Errorf("the silent host said %v", err)
	}
	for _, dead := range []string{"10.0.0.9:80", "[fd00::9]:80"} {
		begun := time.Now()
		if err := dial(t, netip.MustParseAddrPort(dead), 3*time.Second); !errors.Is(err, unix.EHOSTUNREACH) {
			t.Errorf("dead %s: %v after %v", dead, err, time.Since(begun))
		}
	}
}

func TestHostHasAWholePrefix(t *testing.T) {
	l := New(t)
	l.Host("10.1.0.2/24 fd01::2/64", Listen("80"), Own("10.2.0.0/16"), Own("fd02::/48"))
	for _, to := range []string{
		"10.2.0.0", "10.2.0.1", "10.2.77.99", "10.2.255.255",
		"fd02::", "fd02::1", "fd02:0:0:ffff:ffff:ffff:ffff:ffff",
	} {
		a := netip.MustParseAddr(to)
		if err := dial(t, netip.AddrPortFrom(a, 80), time.Second); err != nil {
			t.Errorf("%s, port 80: %v", to, err)
		}
		if err := dial(t, netip.AddrPortFrom(a, 81), time.Second); !errors.Is(err, unix.ECONNREFUSED) {
			t.Errorf("%s, port 81: %v", to, err)
		}
	}
	neighbors, err := whole(func() ([]netlink.Neigh, error) { return netlink.NeighList(0, unix.AF_INET) })
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range neighbors {
		if a, _ := netip.AddrFromSlice(n.IP.To4()); netip.MustParsePrefix("10.2.0.0/16").Contains(a) {
			t.Errorf("%v fills the neighbor table", a)
		}
	}
}

func TestHostBehindAGateway(t *testing.T) {
	l := New(t)
	g := l.Host("", Listen("1"))
	near := g.Behind("10.3.0.2/24 fd03::2/64", Listen("80"), NeighborRetry(50*time.Millisecond))
	far := near.Behind("10.4.0.2/24 fd04::2/64", Listen("80"))
	short := g.Behind("", Listen("80"), Hops(1))
	for _, c := range []struct {
		to   netip.Addr
		want error
	}{
		{near.Addr(), nil},
		{near.Addr6(), nil},
		{far.Addr(), nil},
		{far.Addr6(), nil},
		{short.Addr(), unix.EHOSTUNREACH},
		{short.Addr6(), unix.EHOSTUNREACH},
		{netip.MustParseAddr("10.3.0.9"), unix.EHOSTUNREACH},
		{netip.MustParseAddr("fd03::9"), unix.EHOSTUNREACH},
	} {
		if err := dial(t, netip.AddrPortFrom(c.to, 80), 3*time.Second); !errors.Is(err, c.want) {
			t.Errorf("%v: %v, want %v", c.to, err, c.want)
		}
	}
}

func TestDarkHostLosesEverything(t *testing.T) {
	l := New(t)
	h := l.Host("", Listen("80"))
	for _, to := range []netip.Addr{h.Addr(), h.Addr6()} {
		for range 2 {
			h.Dark(true)
			if err := dial(t, netip.AddrPortFrom(to, 80), 100*time.Millisecond); !isTimeout(err) {
				t.Errorf("dark %v said %v", to, err)
			}
			h.Dark(false)
			if err := dial(t, netip.AddrPortFrom(to, 80), time.Second); err != nil {
				t.Errorf("%v, no longer dark, said %v", to, err)
			}
		}
	}
}

func TestFirewallOfTheScanner(t *testing.T) {
	l := New(t)
	h := l.Host("", Listen("80,81,82"))
	t.Run("while it is there", func(t *testing.T) {
		in := &Lab{t}
		in.Firewall(Silent("80"), Reset("81"))
		for port, want := range map[uint16]error{81: unix.ECONNREFUSED, 82: nil} {
			if err := dial(t, netip.AddrPortFrom(h.Addr(), port), time.Second); !errors.Is(err, want) {
				t.Errorf("port %d: %v, want %v", port, err, want)
			}
		}
		if err := dial(t, netip.AddrPortFrom(h.Addr6(), 80), 100*time.Millisecond); !isTimeout(err) {
			t.Errorf("port 80: %v, want silence", err)
		}
	})
	if err := dial(t, netip.AddrPortFrom(h.Addr(), 80), time.Second); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestUnroutableAndSysctl(t *testing.T) {
	Need(t)
	for kind, want := range map[int]error{
		unix.RTN_UNREACHABLE: unix.EHOSTUNREACH,
		unix.RTN_PROHIBIT:    unix.EACCES,
	} {
		t.Run(want.Error(), func(t *testing.T) {
			(&Lab{t}).Unroutable("198.51.100.0/24", kind)
			if err := dial(t, netip.MustParseAddrPort("198.51.100.1:80"), time.Second); !errors.Is(err, want) {
				t.Errorf("said %v, want %v", err, want)
			}
		})
	}
	t.Run("sysctl", func(t *testing.T) {
		// With one port to choose from, a connection to it comes from it: the
		// socket connects to itself though nothing listens.
		to := netip.MustParseAddrPort("127.0.0.1:20001")
		(&Lab{t}).Sysctl("net/ipv4/ip_local_port_range", "20001 20001")
		if s := connect(t, to); s.errno != 0 {
			t.Errorf("connecting to itself: %v", s.errno)
		}
	})
	if err := dial(t, netip.MustParseAddrPort("127.0.0.1:20001"), time.Second); !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("the setting outlived its test: %v", err)
	}
}
