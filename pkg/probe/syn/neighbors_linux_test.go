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

func TestOnlySolicitedAdvertisementsAreTrusted(t *testing.T) {
	old, other := wire.MAC{2, 0, 0, 0, 0, 1}, wire.MAC{2, 0, 0, 0, 0, 2}
	for _, c := range []struct {
		name             string
		resolving        bool
		known, permanent bool
		advertised       wire.MAC
		toUs             bool
		mac              wire.MAC // afterwards
		knownThen        bool
	}{
		{"a solicited advertisement", true, false, false, other, true, other, true},
		{"a solicited advertisement after a move", true, true, false, other, true, other, true},
		{"an unsolicited reply to us", false, true, false, other, true, old, true},
		{"an announcement of another MAC address", false, true, false, other, false, old, false},
		{"an announcement of the same MAC address", false, true, false, old, false, old, true},
		{"an announcement while resolving", true, false, false, other, false, old, false},
		{"an announcement against a permanent entry", false, true, true, other, false, old, true},
	} {
		tr := newTestTransport()
		h := nextHop{3, bothEnds[0].them}
		id := probe.ID{Slot: 7, Gen: 3}
		nb := &neighbor{
			nextHop: h, mac: old, known: c.known, permanent: c.permanent, resolving: c.resolving,
			queued: []queuedProbe{{id, 2, h.addr}, {id, 3, h.addr}},
		}
		tr.neighbors[h] = nb
		tr.onAdvertisement(h, c.advertised, c.toUs, 9)
		if nb.mac != c.mac || nb.known != c.knownThen || nb.resolving != (c.resolving && !c.toUs) {
			t.Errorf("%s: %+v", c.name, nb)
		}
		if resolved := c.resolving && c.toUs; resolved != (len(tr.early) == 1) {
			t.Errorf("%s: %v is reported", c.name, tr.early)
		} else if resolved && (tr.early[0].N != 3 || !errors.Is(tr.early[0].Err, probe.ErrBusy) || tr.neighbors[h] != nb || !nb.known) {
			t.Errorf("%s: %+v is reported", c.name, tr.early[0])
		}
	}
}

// TestNeighborIsRevalidated also has the neighbor change its MAC address without an
// announcement.
func TestNeighborIsRevalidated(t *testing.T) {
	h := lab.New(t).Host("", lab.Listen("22"), lab.NeighborRetry(30*time.Millisecond))
	for _, a := range []netip.Addr{h.Addr(), h.Addr6()} {
		n, err := Open(Options{}, 1, probe.NewClock(time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		tr := n.workers[0]
		if !awaitReply(t, tr, a) {
			t.Fatalf("%v is not resolved", a)
		}
		var nb *neighbor
		for h, one := range tr.neighbors {
			if h.addr == a {
				nb = one
			}
		}
		nb.confirmed -= reachableTime + 1
		move := func() error {
			link, err := netlink.LinkByName("eth0")
			if err != nil {
				return err
			}
			return netlink.LinkSetHardwareAddr(link, net.HardwareAddr{2, 0, 0, 0, 0, byte(a.BitLen())})
		}
		before := nb.confirmed
		if !awaitReply(t, tr, a) || nb.confirmed == before {
			t.Errorf("%v was not solicited again: %+v", a, nb)
		}
		nb.confirmed -= reachableTime + 1
		if err := h.Do(move); err != nil {
			t.Fatal(err)
		}
		if !awaitReply(t, tr, a) || nb.mac[5] != byte(a.BitLen()) {
			t.Errorf("%v is not resolved to its new MAC address: %+v", a, nb)
		}
		n.Close()
	}
}

// awaitReply probes until a reply has arrived and no neighbor is being resolved.
func awaitReply(t *testing.T, tr *Transport, a netip.Addr) (replied bool) {
	t.Helper()
	into := make([]probe.Reply, 8)
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
			replied = replied || one.Reason == endpoint.SynAck
		}
		resolving := false
		for _, nb := range tr.neighbors {
			resolving = resolving || nb.resolving
		}
		if replied && !resolving {
			return true
		}
	}
	return false
}
