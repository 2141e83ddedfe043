package lab

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Lab is the hosts of one test, which are removed when it ends. Parallel tests may
// each have a Lab if it chooses their addresses. The methods of a Lab are not safe
// for concurrent use.
type Lab struct{ tb testing.TB }

// New returns an empty lab, or skips the test: see Need.
func New(tb testing.TB) *Lab {
	tb.Helper()
	Need(tb)
	return &Lab{tb}
}

// Host makes a host on a link of its own. addrs are its addresses with the prefix of
// the link ("10.0.0.2/24 fd00::2/64"). The scanner gets the first free address of each
// prefix, and the rest of the prefix is unused. If addrs is empty, the lab chooses an
// IPv4 /24 and an IPv6 /64 that are unique in the process. Every host also has the
// link-local address fe80::2.
func (l *Lab) Host(addrs string, opts ...Option) *Host {
	l.tb.Helper()
	return l.host(nil, addrs, opts)
}

// Sysctl sets a setting of the scanner's namespace ("net/ipv4/…") until the
// test ends. It affects the whole process: not for parallel tests.
func (l *Lab) Sysctl(key, value string) {
	l.tb.Helper()
	old, err := os.ReadFile("/proc/sys/" + key)
	if err == nil {
		err = writeSysctl(key, value)
	}
	l.check(err, "setting the scanner's "+key)
	l.tb.Cleanup(func() {
		l.check(writeSysctl(key, strings.TrimSpace(string(old))), "restoring "+key)
	})
}

// Unroutable makes the scanner's routing table refuse a prefix until the test ends.
// kind is unix.RTN_UNREACHABLE, RTN_PROHIBIT or RTN_BLACKHOLE.
func (l *Lab) Unroutable(prefix string, kind int) {
	l.tb.Helper()
	p, err := netip.ParsePrefix(prefix)
	l.check(err, "reading a prefix")
	// Each with a metric of its own, so that labs side by side can refuse the same.
	r := &netlink.Route{Dst: ipNet(p), Type: kind, Family: family(p.Addr()), Priority: 1 + rand.IntN(1<<30)}
	l.check(netlink.RouteAdd(r), "refusing "+prefix)
	l.tb.Cleanup(func() { l.check(netlink.RouteDel(r), "no longer refusing "+prefix) })
}

func (l *Lab) check(err error, doing string) {
	l.tb.Helper()
	if err != nil {
		l.tb.Fatalf("lab: %s: %v", doing, err)
	}
}

// pair joins near (nil: the scanner) and far by a veth link and returns its index on
// the near side, which is part of its name there. Package net caches the index of a
// zone for a minute, so names must not be reused; the kernel does not reuse indexes.
func pair(near, far *space, peer string) (index int, err error) {
	err = near.do(func() error {
		link := &netlink.Veth{
			LinkAttrs:     netlink.LinkAttrs{Name: fmt.Sprintf("lab-%08x", rand.Uint32())},
			PeerName:      peer,
			PeerNamespace: netlink.NsFd(far.ns),
		}
		if err := netlink.LinkAdd(link); err != nil {
			return fmt.Errorf("adding a link: %w", err)
		}
		made, err := netlink.LinkByName(link.Name)
		if err != nil {
			return err
		}
		index = made.Attrs().Index
		return netlink.LinkSetName(made, linkName(index))
	})
	return index, err
}

func linkName(index int) string { return fmt.Sprintf("lab%d", index) }

func setMTU(name string, bytes int) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	return netlink.LinkSetMTU(link, bytes)
}

func unpair(near *space, name string) error {
	return near.do(func() error {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		return netlink.LinkDel(link)
	})
}

// addresses gives a link its addresses and brings it up. It runs in the
// link's namespace.
func addresses(name string, addrs []netip.Prefix) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return err
	}
	for _, p := range addrs {
		if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: ipNet(p)}); err != nil {
			return fmt.Errorf("address %v on %s: %w", p, name, err)
		}
	}
	return nil
}

// awaitUp waits until a link carries traffic and its addresses can be resolved. Until
// then the kernel drops packets, or has not yet joined the multicast group for
// neighbor solicitations, and each loss costs 1 s.
func awaitUp(name string) error {
	for range 2000 {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		addrs, err := addrsOf(link, unix.AF_INET6)
		if err != nil {
			return err
		}
		tentative := slices.ContainsFunc(addrs, func(a netlink.Addr) bool {
			return a.Flags&unix.IFA_F_TENTATIVE != 0
		})
		if link.Attrs().OperState == netlink.OperUp && !tentative {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("link %s does not come up", name)
}

// free returns an error if a network of one of the scanner's links overlaps addrs: two
// hosts would reply for one address.
func free(addrs []netip.Prefix) error {
	have, err := addrsOf(nil, unix.AF_UNSPEC)
	if err != nil {
		return err
	}
	for _, h := range have {
		ip, _ := netip.AddrFromSlice(h.IP)
		bits, _ := h.Mask.Size()
		p := netip.PrefixFrom(ip.Unmap(), bits)
		for _, a := range addrs {
			if a.Overlaps(p) && !ip.IsLinkLocalUnicast() {
				return fmt.Errorf("%v is on a link of the lab already", a.Masked())
			}
		}
	}
	return nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

func family(a netip.Addr) int {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}
