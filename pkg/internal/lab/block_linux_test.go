package lab

import (
	"net/netip"
	"testing"
	"time"
)

// dialed counts the ports from 1 to n that do not time out.
func dialed(t *testing.T, to netip.Addr, n uint16) (replies int) {
	t.Helper()
	for p := uint16(1); p <= n; p++ {
		if !isTimeout(dial(t, netip.AddrPortFrom(to, p), 50*time.Millisecond)) {
			replies++
		}
	}
	return replies
}

func TestBlock(t *testing.T) {
	t.Parallel()
	l := New(t)
	for _, c := range []struct {
		name  string
		opt   Option
		tcp   int // ports of 12 that reply, at once
		later int // ports of 3, after the time
		udp   int // datagrams of 200 that arrive
	}{
		{"for good", Block("", 10, 0), 10, 0, 10},
		{"for a while", Block("", 10, 300*time.Millisecond), 10, 3, 10},
		{"of some ports", Block("1-11", 10, 0), 11, 0, 200},
	} {
		h := l.Host("", c.opt)
		for _, to := range []netip.Addr{h.Addr(), h.Addr6()} {
			if n := dialed(t, to, 12); n != c.tcp {
				t.Errorf("%s: %d ports of %v replied, want %d", c.name, n, to, c.tcp)
			}
			if c.later > 0 {
				time.Sleep(300 * time.Millisecond) // for which the source is blocked
			}
			if n := dialed(t, to, 3); n != c.later {
				t.Errorf("%s: %d ports of %v replied later, want %d", c.name, n, to, c.later)
			}
		}
		h = l.Host("", c.opt)
		for _, to := range []netip.Addr{h.Addr(), h.Addr6()} {
			if n, _ := packets(t, h, to, 200); n != c.udp {
				t.Errorf("%s: %d datagrams arrived at %v, want %d", c.name, n, to, c.udp)
			}
		}
	}
}

func TestSparsePrefix(t *testing.T) {
	t.Parallel()
	l := New(t)
	alive := []netip.Addr{netip.MustParseAddr("10.198.4.5"), netip.MustParseAddr("fd00:6c61:6298::5")}
	h := l.Host("", Listen("80"), Sparse("10.198.4.0/24", alive[:1]), Sparse("fd00:6c61:6298::/64", alive[1:]))
	for _, a := range alive {
		if err := dial(t, netip.AddrPortFrom(a, 80), time.Second); err != nil {
			t.Errorf("%v: %v, want a connection", a, err)
		}
		if err := dial(t, netip.AddrPortFrom(a.Next(), 80), 100*time.Millisecond); !isTimeout(err) {
			t.Errorf("%v: %v, want no reply", a.Next(), err)
		}
	}
	if err := dial(t, netip.AddrPortFrom(h.Addr(), 80), time.Second); err != nil {
		t.Errorf("the gateway: %v, want a connection", err)
	}
}
