package portprobe

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"portkit/pkg/internal/lab"
	"portkit/pkg/wire"
)

// near returns the scanner's end of a host's link.
func near(t *testing.T, h *lab.Host) netlink.Link {
	t.Helper()
	link, err := netlink.LinkByName(h.Link())
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// set writes an ARP or neighbor discovery setting of a host's link.
func set(t *testing.T, h *lab.Host, key, value string) {
	t.Helper()
	if err := h.Do(func() error { return os.WriteFile("/proc/sys/net/"+key, []byte(value), 0) }); err != nil {
		t.Fatal(err)
	}
}

// Replies from this machine's link-local address are received on loopback.
func TestOwnLinkLocalAddressBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"))
	own := "fe80::1%" + h.Link()
	l, err := net.Listen("tcp", net.JoinHostPort(own, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port // the address of a Multipath TCP listener has no zone
	in := fmt.Sprintf("[%s]:%d\n[%[1]s]:1\n[%[3]v]:22\n[%[3]v]:23\n", own, port, h.LinkLocal())
	if got := states(t, in, toolBySYN(t, in)); got != "map[closed/reset:2 open/syn-ack:2]" {
		t.Error(got)
	}
}

// A stale neighbor entry is revalidated: another device has the address now, or
// none.
func TestStaleNeighborsBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"), lab.NeighborRetry(200*time.Millisecond))
	in := ""
	for _, a := range both(h) {
		for _, a := range []netip.Addr{a, a.Next()} {
			in += fmt.Sprintf("%v\n", netip.AddrPortFrom(a, 22))
			if err := netlink.NeighSet(&netlink.Neigh{
				LinkIndex: near(t, h).Attrs().Index, State: netlink.NUD_STALE,
				IP: a.AsSlice(), HardwareAddr: net.HardwareAddr{2, 0, 0, 0, 0, 9},
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := states(t, in, toolBySYN(t, in)); got != "map[filtered/host-unreach:2 open/syn-ack:2]" {
		t.Error(got)
	}
}

// IPv4 addresses behind an IPv6 gateway are probed.
func TestGatewayOfTheOtherFamilyBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"), lab.Own("10.203.0.0/24"))
	h.Routed(false)
	if err := netlink.RouteAdd(&netlink.Route{
		LinkIndex: near(t, h).Attrs().Index,
		Dst:       &net.IPNet{IP: net.IP{10, 203, 0, 0}, Mask: net.CIDRMask(24, 32)},
		Via:       &netlink.Via{AddrFamily: unix.AF_INET6, Addr: net.ParseIP("fe80::2")},
	}); err != nil {
		t.Fatal(err)
	}
	in := "10.203.0.5:22\n10.203.0.6:23\n"
	if got := states(t, in, toolBySYN(t, in)); got != "map[closed/reset:1 open/syn-ack:1]" {
		t.Error(got)
	}
}

// A source address that is not this machine's is rejected, even if the kernel can
// bind to it.
func TestNoForeignSourceBySYN(t *testing.T) {
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Listen("22"))
	l.Sysctl("net/ipv6/ip_nonlocal_bind", "1")
	in := fmt.Sprintf("[%v]:22\n", h.Addr6())
	if got := states(t, in, toolBySYN(t, in, "--source", h.Addr6().Next().String())); got != "map[error/local-error:1]" {
		t.Error(got)
	}
}

// A policy rule for a source address selects one of two tunnels.
func TestRulesAboutSourcesBySYN(t *testing.T) {
	lab.NotRaced(t)
	lab.Need(t)
	to := &net.IPNet{IP: net.IP{10, 205, 0, 0}, Mask: net.CIDRMask(24, 32)}
	rule := netlink.NewRule()
	rule.Src, rule.Table, rule.Family = &net.IPNet{IP: net.IP{10, 204, 2, 1}, Mask: net.CIDRMask(32, 32)}, 77, unix.AF_INET
	if err := netlink.RuleAdd(rule); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = netlink.RuleDel(rule) })
	var far [2]*os.File
	for i, table := range []int{unix.RT_TABLE_MAIN, 77} {
		tun := tunnel(t, fmt.Sprintf("tunnel%d", i), fmt.Sprintf("10.204.%d.1/24", i+1))
		far[i] = tun.Fds[0]
		if err := netlink.RouteAdd(&netlink.Route{
			LinkIndex: tun.Index, Dst: to, Scope: netlink.SCOPE_LINK, Table: table,
		}); err != nil {
			t.Fatal(err)
		}
	}
	toolBySYN(t, lines(netip.MustParseAddr("10.205.0.7"), 50), "--source", "10.204.2.1", "--retries", "0", "--timeout", "50ms")
	if n, other := received(far[1]), received(far[0]); n != 50 || other != 0 {
		t.Errorf("%d SYNs came by the tunnel for the source, and %d by the other", n, other)
	}
}

// received returns the number of SYNs that were sent into a tunnel.
func received(far *os.File) (n int) {
	buf := make([]byte, 2048)
	_ = far.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	for {
		size, err := far.Read(buf)
		if err != nil {
			return n
		}
		p, _ := wire.ParseIP(buf[:size])
		if h, ok := wire.ParseTCP(p.Payload, p.Size); ok && p.Proto == wire.ProtoTCP && h.Flags == wire.FlagSYN {
			n++
		}
	}
}

// During the run another device takes over the gateway's address, and announces it
// once.
func TestGatewayThatMovesBySYN(t *testing.T) {
	lab.NotRaced(t)
	l := lab.New(t)
	h := l.Host("", lab.Listen("22"), lab.Own("10.203.0.0/24"), lab.Own("2001:db8:203::/64"),
		lab.Sysctl("net/ipv4/conf/all/arp_notify", "1"), lab.Sysctl("net/ipv6/conf/all/ndisc_notify", "1"))
	for _, all := range [][]netip.Addr{lab.Addresses("10.203.0.0/24", 256), lab.Addresses("2001:db8:203::/64", 256)} {
		var in strings.Builder
		for _, a := range all {
			for p := 20; p < 24; p++ {
				fmt.Fprintf(&in, "%v\n", netip.AddrPortFrom(a, uint16(p)))
			}
		}
		moved := make(chan error, 1)
		time.AfterFunc(100*time.Millisecond, func() {
			moved <- h.Do(func() error {
				link, err := netlink.LinkByName("eth0")
				if err != nil {
					return err
				}
				mac := append(net.HardwareAddr{}, link.Attrs().HardwareAddr...)
				mac[5]++
				return netlink.LinkSetHardwareAddr(link, mac)
			})
		})
		got := states(t, in.String(), toolBySYN(t, in.String(), "--rate", "4000"))
		if err := <-moved; err != nil {
			t.Fatal(err)
		}
		if got != "map[closed/reset:768 open/syn-ack:256]" {
			t.Errorf("%v: %s", all[0], got)
		}
	}
}

// A link that goes down during neighbor resolution is a local error and no evidence
// about the neighbor. The RTT starts with the SYN.
func TestLinkDownDuringResolutionBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"), lab.NeighborRetry(100*time.Millisecond))
	const deaf = "ipv4/conf/eth0/arp_ignore"
	set(t, h, deaf, "8")
	done := make(chan struct{})
	time.AfterFunc(100*time.Millisecond, func() {
		defer close(done)
		h.Up(false)
		set(t, h, deaf, "0")
		time.Sleep(300 * time.Millisecond) // the time for which the link is down
		h.Up(true)
	})
	in := fmt.Sprintf("%v:22\n%[1]v:23\n", h.Addr())
	r := toolBySYN(t, in)
	<-done
	if got := states(t, in, r); got != "map[closed/reset:1 open/syn-ack:1]" {
		t.Error(got)
	}
	for _, m := range records(t, r.out) {
		if ms, ok := m["rtt_ms"].(float64); !ok || ms > 100 {
			t.Errorf("a round trip of %v ms: %v", m["rtt_ms"], m)
		}
	}
}

// Unrelated network changes during neighbor resolution do not delay host-unreach.
func TestUnrelatedChangesDuringResolutionBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.NeighborRetry(250*time.Millisecond))
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	other := &netlink.Addr{IPNet: &net.IPNet{IP: net.IP{10, 209, 0, 1}, Mask: net.CIDRMask(32, 32)}}
	added := make(chan error, 1)
	time.AfterFunc(100*time.Millisecond, func() { added <- netlink.AddrAdd(lo, other) })
	in := fmt.Sprintf("%v:22\n[%v]:22\n", h.Addr().Next(), h.Addr6().Next())
	begun := time.Now()
	r := toolBySYN(t, in)
	took := time.Since(begun)
	if err := <-added; err != nil {
		t.Fatal(err)
	}
	_ = netlink.AddrDel(lo, other)
	if got := states(t, in, r); got != "map[filtered/host-unreach:2]" || took > 1300*time.Millisecond {
		t.Errorf("%s after %v", got, took)
	}
}
