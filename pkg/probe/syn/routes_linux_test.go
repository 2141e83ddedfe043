package syn

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"portkit/pkg/internal/lab"
)

// parsePrefix returns a prefix for package netlink.
func parsePrefix(t *testing.T, prefix string) *net.IPNet {
	t.Helper()
	_, p, err := net.ParseCIDR(prefix)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCachedRoutesAreTheKernels has routes of every kind over two links and several
// source addresses.
func TestCachedRoutesAreTheKernels(t *testing.T) {
	l := lab.New(t)
	one := l.Host("10.207.1.2/24 2001:db8:1::2/64 2001:db8:2::2/64")
	two := l.Host("10.207.2.2/24 2001:db8:3::2/64")
	link := func(h *lab.Host) int {
		i, err := net.InterfaceByName(h.Link())
		if err != nil {
			t.Fatal(err)
		}
		return i.Index
	}
	add := func(r netlink.Route) {
		if err := netlink.RouteAdd(&r); err != nil {
			t.Fatalf("%v: %v", r, err)
		}
	}
	gateways := [2][2]net.IP{
		{net.ParseIP("10.207.1.2"), net.ParseIP("10.207.2.2")}, {net.ParseIP("2001:db8:1::2"), net.ParseIP("2001:db8:3::2")},
	}
	for f, via := range gateways {
		all := [2]string{"10.220.%d.0/%d", "2001:db8:%x::/%d"}[f]
		long := [2]int{24, 48}[f]
		add(netlink.Route{Dst: parsePrefix(t, fmt.Sprintf(all, 0, long-8)), LinkIndex: link(one), Gw: via[0], Hoplimit: 9})
		add(netlink.Route{Dst: parsePrefix(t, fmt.Sprintf(all, 16, long-4)), LinkIndex: link(two), Gw: via[1]})
		add(netlink.Route{Dst: parsePrefix(t, fmt.Sprintf(all, 32, long-1)), LinkIndex: link(two), Gw: via[1], Table: 77})
		l.Unroutable(fmt.Sprintf(all, 48, long), unix.RTN_BLACKHOLE)
		r := netlink.NewRule()
		r.Dst, r.Table, r.Family = parsePrefix(t, fmt.Sprintf(all, 32, long-2)), 77, families[f]
		if err := netlink.RuleAdd(r); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = netlink.RuleDel(r) })
	}
	t.Run("one next hop each", compareRoutes)
	for f, via := range gateways {
		add(netlink.Route{
			Dst:       parsePrefix(t, [2]string{"10.220.64.0/20", "2001:db8:40::/44"}[f]),
			MultiPath: []*netlink.NexthopInfo{{LinkIndex: link(one), Gw: via[0]}, {LinkIndex: link(two), Gw: via[1]}},
		})
	}
	t.Run("several next hops", compareRoutes)
}

// compareRoutes compares cached routes with the kernel's answer for each address.
func compareRoutes(t *testing.T) {
	c, err := newRouteCache(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.handle.Close()
	links := map[int]bool{}
	for range 1000 {
		n := [4]byte{byte(rand.IntN(80)), byte(rand.IntN(8)), byte(rand.IntN(3)), byte(rand.IntN(4))}
		a := netip.AddrFrom4([4]byte{10, 220, n[0], n[3]})
		if rand.IntN(2) == 0 {
			a = netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 5: n[0], 7: n[1], 14: n[2], 15: n[3]})
		}
		got := c.to(a, 0)
		want, err := c.query(a, 0)
		if (got.err == nil) != (err == nil) {
			t.Fatalf("%v: %v, want %v", a, got.err, err)
		}
		if err == nil && *got != want {
			t.Fatalf("%v: %+v, want %+v", a, *got, want)
		}
		if err == nil {
			links[got.link.index] = true
		}
	}
	if len(links) < 2 {
		t.Errorf("the routes use %d links", len(links))
	}
}
