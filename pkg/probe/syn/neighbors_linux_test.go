package syn

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/wire"
)

// TestWhoIsBelievedToHaveAnAddress: one who answers a question; what others say is
// reason to ask.
func TestWhoIsBelievedToHaveAnAddress(t *testing.T) {
	old, other := wire.MAC{2, 0, 0, 0, 0, 1}, wire.MAC{2, 0, 0, 0, 0, 2}
	for _, c := range []struct {
		name         string
		asking       bool
		known, fixed bool
		says         wire.MAC
		toUs         bool
		mac          wire.MAC
		knownThen    bool
	}{
		{"an answer", true, false, false, other, true, other, true},
		{"the answer of one who has moved", true, true, false, other, true, other, true},
		{"an answer to nobody's question", false, true, false, other, true, old, true},
		{"an announcement of another", false, true, false, other, false, old, false},
		{"an announcement of the same", false, true, false, old, false, old, true},
		{"an announcement instead of an answer", true, false, false, other, false, old, false},
		{"an announcement against an administrator's entry", false, true, true, other, false, old, true},
	} {
		tr := inFlight()
		h := nextHop{3, bothEnds[0].them}
		waits := probe.ID{Slot: 7, Gen: 3}
		b := &neighbor{
			nextHop: h, mac: old, known: c.known, fixed: c.fixed, asking: c.asking,
			waiting: []waiting{{waits, 2, h.addr}, {waits, 3, h.addr}},
		}
		tr.known[h] = b
		tr.advertised(h, c.says, c.toUs, 9)
		if b.mac != c.mac || b.known != c.knownThen || b.asking != (c.asking && !c.toUs) {
			t.Errorf("%s: %+v", c.name, b)
		}
		if found := c.asking && c.toUs; found != (len(tr.early) == 1) {
			t.Errorf("%s: %v is told", c.name, tr.early)
		} else if found && (tr.early[0].N != 3 || !errors.Is(tr.early[0].Err, probe.ErrBusy) || tr.known[h] != b || !b.known) {
			t.Errorf("%s: %+v is told", c.name, tr.early[0])
		}
	}
}

// TestANeighborIsAskedAgain: whether it still is where it was; and when it has
// moved without a word it is found all the same.
func TestANeighborIsAskedAgain(t *testing.T) {
	h := lab.New(t).Host("", lab.Listen("22"), lab.NeighborRetry(30*time.Millisecond))
	for _, a := range []netip.Addr{h.Addr(), h.Addr6()} {
		n, err := Open(Options{}, 1, probe.NewClock(time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		tr := n.workers[0]
		if !awaitAnswer(t, tr, a) {
			t.Fatalf("%v is not found", a)
		}
		var b *neighbor
		for h, one := range tr.known {
			if h.addr == a {
				b = one
			}
		}
		b.checked -= recheck + 1
		moved := func() error {
			link, err := netlink.LinkByName("eth0")
			if err != nil {
				return err
			}
			return netlink.LinkSetHardwareAddr(link, net.HardwareAddr{2, 0, 0, 0, 0, byte(a.BitLen())})
		}
		before := b.checked
		if !awaitAnswer(t, tr, a) || b.checked == before {
			t.Errorf("%v has not been asked again: %+v", a, b)
		}
		b.checked -= recheck + 1
		if err := h.Do(moved); err != nil {
			t.Fatal(err)
		}
		if !awaitAnswer(t, tr, a) || b.mac[5] != byte(a.BitLen()) {
			t.Errorf("%v is not found where it is now: %+v", a, b)
		}
		n.Close()
	}
}

// awaitAnswer asks until an answer comes and nobody is being asked for.
func awaitAnswer(t *testing.T, tr *Transport, a netip.Addr) (answered bool) {
	t.Helper()
	into := make([]probe.Answer, 8)
	for n := range uint8(100) {
		at := &probe.Attempt{To: netip.AddrPortFrom(a, 22), ID: probe.ID{Slot: 1, Gen: uint32(tr.Now())}, N: n + 1}
		if _, err := tr.Send([]*probe.Attempt{at}); err != nil {
			t.Fatal(err)
		}
		got, _, err := tr.Poll(tr.Now().Add(10*time.Millisecond), into)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range into[:got] {
			answered = answered || one.Reason == endpoint.SynAck
		}
		asking := false
		for _, b := range tr.known {
			asking = asking || b.asking
		}
		if answered && !asking {
			return true
		}
	}
	return false
}
