package portprobe

import (
	"encoding/binary"
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

// states counts states, and checks that each input line has one record.
func states(t *testing.T, in string, r ran) string {
	t.Helper()
	count := map[string]int{}
	list := records(t, r.out)
	for _, m := range list {
		count[fmt.Sprint(m["state"], "/", m["reason"])]++
	}
	if n := strings.Count(in, "\n"); len(list) != n {
		t.Errorf("%d records for %d lines: %s", len(list), n, r.err)
	}
	return fmt.Sprint(count)
}

// Every port of this machine has the right state, on a loopback address and on one
// of a link.
func TestOwnPortsBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22"))
	near, err := net.InterfaceByName(h.Link())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"127.0.0.1:0", "127.0.0.1:65535", "[::]:61500", "[::1]:0"} {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
	own := []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.9.8.7")}
	own = append(own, netip.MustParseAddr("::1"))
	addrs, _ := near.Addrs()
	for _, a := range addrs {
		if p := netip.MustParsePrefix(a.String()); p.Addr().IsPrivate() {
			own = append(own, p.Addr())
		}
	}
	for _, a := range own {
		in := lines(a, 65535)
		want := "map[closed/reset:65534 open/syn-ack:1]"
		if a.String() == "127.0.0.1" {
			want = "map[closed/reset:65532 open/syn-ack:3]"
		} else if a.String() == "::1" {
			want = "map[closed/reset:65533 open/syn-ack:2]"
		}
		begun := time.Now()
		if got := states(t, in, toolBySYN(t, in)); got != want {
			t.Errorf("%v: %s, want %s", a, got, want)
		}
		t.Logf("%v: %v", a, time.Since(begun))
	}
}

// SYN works on a link with the minimum MTU of IPv6.
func TestNarrowLinkBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22,80"))
	narrow := func(name string) error {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		return netlink.LinkSetMTU(link, 1280)
	}
	if err := narrow(h.Link()); err != nil {
		t.Fatal(err)
	}
	if err := h.Do(func() error { return narrow("eth0") }); err != nil {
		t.Fatal(err)
	}
	for _, a := range both(h) {
		in := lines(a, 1000)
		if got := states(t, in, toolBySYN(t, in)); got != "map[closed/reset:998 open/syn-ack:2]" {
			t.Errorf("%v: %s", a, got)
		}
	}
}

// A link that goes down during the run for a while gives no wrong state.
func TestLinkThatGoesDownBySYN(t *testing.T) {
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22,80,8000-8009"))
	link := near(t, h)
	done := make(chan error, 1)
	go func() {
		h.AwaitProbes(3000)
		err := netlink.LinkSetDown(link)
		time.Sleep(500 * time.Millisecond) // the time for which the link is down
		if up := netlink.LinkSetUp(link); err == nil {
			err = up
		}
		done <- err
	}()
	in := lines(h.Addr(), 10_000)
	got := states(t, in, toolBySYN(t, in, "--rate", "10000"))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got != "map[closed/reset:9988 open/syn-ack:12]" {
		t.Error(got)
	}
}

// SYN works on a link that is not Ethernet. The test is its other end, where every
// tenth port is open.
func TestTunnelBySYN(t *testing.T) {
	lab.NotRaced(t)
	lab.Need(t)
	far := tunnel(t, "tunnel", "10.66.0.1/24", "fd00:6c61:6266::1/64").Fds[0]
	done := make(chan struct{})
	go farEnd(far, done)
	t.Cleanup(func() { far.Close(); <-done })
	for _, a := range []string{"10.66.0.2", "fd00:6c61:6266::2"} {
		in := lines(netip.MustParseAddr(a), 5000)
		if got := states(t, in, toolBySYN(t, in)); got != "map[closed/reset:4500 open/syn-ack:500]" {
			t.Errorf("%s: %s", a, got)
		}
	}
}

// tunnel creates a tunnel device with addresses until the test ends.
func tunnel(t *testing.T, name string, addrs ...string) *netlink.Tuntap {
	t.Helper()
	tun := &netlink.Tuntap{
		LinkAttrs: netlink.LinkAttrs{Name: name}, Mode: netlink.TUNTAP_MODE_TUN,
		Flags: netlink.TUNTAP_DEFAULTS | netlink.TUNTAP_NO_PI, Queues: 1,
	}
	if err := netlink.LinkAdd(tun); err != nil {
		lab.Skip(t, "needs a device: "+err.Error())
	}
	t.Cleanup(func() {
		_ = netlink.LinkDel(tun)
		tun.Fds[0].Close()
	})
	for _, a := range addrs {
		ip, err := netlink.ParseAddr(a)
		if err == nil {
			ip.Flags = unix.IFA_F_NODAD
			err = netlink.AddrAdd(tun, ip)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := netlink.LinkSetUp(tun); err != nil {
		t.Fatal(err)
	}
	return tun
}

// farEnd replies to SYNs until f is closed.
func farEnd(f *os.File, done chan<- struct{}) {
	defer close(done)
	buf := make([]byte, 2048)
	for {
		n, err := f.Read(buf)
		if err != nil {
			return
		}
		p, ok := wire.ParseIP(buf[:n])
		h, ok2 := wire.ParseTCP(p.Payload, p.Size)
		if !ok || !ok2 || p.Proto != wire.ProtoTCP || h.Flags != wire.FlagSYN {
			continue
		}
		b := wire.AppendIP(nil, p.Dst, p.Src, wire.ProtoTCP, 60, wire.SYNSize)
		at := len(b)
		b = wire.AppendSYN(b, netip.AddrPortFrom(p.Dst, h.DstPort), netip.AddrPortFrom(p.Src, h.SrcPort), 1, 1460)
		binary.BigEndian.PutUint32(b[at+8:], h.Seq+1)
		b[at+13] = rstAck
		if h.DstPort%10 == 0 {
			b[at+13] = synAck
		}
		b[at+16], b[at+17] = 0, 0
		q := receivedSYN{from: netip.AddrPortFrom(p.Src, 0), to: netip.AddrPortFrom(p.Dst, 0)}
		head := pseudoHeader(q, wire.ProtoTCP, wire.SYNSize)
		if p.Src.Is6() { // RFC 8200 section 8.1
			head = append(append(p.Dst.AsSlice(), p.Src.AsSlice()...), 0, 0, 0, wire.SYNSize, 0, 0, 0, wire.ProtoTCP)
		}
		binary.BigEndian.PutUint16(b[at+16:], checksum(head, b[at:]))
		_, _ = f.Write(b)
	}
}

// All states are right although 5 % of packets are lost in each direction.
func TestLossBySYN(t *testing.T) {
	t.Parallel() // mostly waits
	lab.NotRaced(t)
	h := lab.New(t).Host("", lab.Listen("22,80,443,5000-5099"), lab.Silent("2000-2049"), lab.Loss(0.05, 0.05))
	for _, a := range both(h) {
		in := lines(a, 6000)
		if got := states(t, in, toolBySYN(t, in)); got != "map[closed/reset:5847 filtered/no-response:50 open/syn-ack:103]" {
			t.Errorf("%v: %s", a, got)
		}
	}
}

// All states of an on-link network are right. Most of its addresses are unused.
func TestNeighborhoodBySYN(t *testing.T) {
	lab.NotRaced(t)
	n := newNeighborhood(t, 77)
	in := n.records(50)
	want := map[string]int{}
	for _, a := range n.all {
		for p := 1; p <= 50; p++ {
			switch w := n.want(a, uint16(p)); w {
			case "closed conn-refused":
				want["closed/reset"]++
			default:
				want[strings.Replace(w, " ", "/", 1)]++
			}
		}
	}
	if got := states(t, in, toolBySYN(t, in)); got != fmt.Sprint(want) {
		t.Errorf("%s, want %v", got, want)
	}
}
