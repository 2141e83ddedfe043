package syn

import (
	"container/heap"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/wire"
)

// A scan of a network may ask for more neighbors than the kernel's table holds
// (gc_thresh3, arp(7)). So they are asked for here, by the same questions at the
// same pace, and the kernel's table is read but left as it is.

const (
	// recheck is how long a neighbor is taken to be where it was found before it
	// is asked whether it still is (RFC 4861 section 10, DELAY_FIRST_PROBE_TIME).
	recheck = probe.Time(5 * time.Second)
	// mostAsked is how many neighbors are asked for in one go.
	mostAsked = 64
)

// nextHop is an address on a link.
type nextHop struct {
	link int
	addr netip.Addr // without a zone
}

// hop is the next one on the way to an address.
func (y *route) hop(to netip.Addr) nextHop {
	if y.gateway.IsValid() {
		to = y.gateway
	}
	return nextHop{y.link.index, to.WithZone("")}
}

// neighbor is who has an address on a link.
type neighbor struct {
	nextHop
	way     *route // one that leads there
	mac     wire.MAC
	known   bool
	fixed   bool // an administrator's entry, which nobody is asked about
	asking  bool
	moot    bool // routes or links have changed since it was first asked for
	tries   int
	due     probe.Time // when it is asked for again
	checked probe.Time // when it was found
	waiting []waiting
}

// waiting is an attempt that waits for a neighbor.
type waiting struct {
	id probe.ID
	n  uint8
	to netip.Addr
}

// neighborTable are those of a transport.
type neighborTable struct {
	known  map[nextHop]*neighbor
	asking solicitQueue // by when they are asked for again
}

// solicitQueue is a heap, for container/heap, of when whom is asked for again. An entry
// whose neighbor was found, or asked for anew since, has no meaning.
type solicitQueue []turn

type turn struct {
	due probe.Time
	of  *neighbor
}

func (q solicitQueue) Len() int           { return len(q) }
func (q solicitQueue) Less(i, j int) bool { return q[i].due < q[j].due }
func (q solicitQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *solicitQueue) Push(x any)        { *q = append(*q, x.(turn)) }
func (q *solicitQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last] = turn{}
	*q = (*q)[:last]
	return x
}

// forget drops what a change of links may have made wrong. Those who wait go on
// waiting.
func (n *neighborTable) forget() {
	for h, b := range n.known {
		if b.asking {
			b.known, b.moot = false, true
		} else {
			delete(n.known, h)
		}
	}
}

// readNeighbors takes over what the kernel is sure of about a family's
// neighbors: what it would ask for again is asked for here.
func (t *Transport) readNeighbors(f int, now probe.Time) {
	t.tableRead[f] = true
	list, err := t.ways.handle.NeighList(0, families[f])
	if err != nil {
		return // each will be asked for
	}
	const fixed = netlink.NUD_PERMANENT | netlink.NUD_NOARP
	const usable = fixed | netlink.NUD_REACHABLE
	for _, k := range list {
		a, ok := netip.AddrFromSlice(k.IP)
		h := nextHop{k.LinkIndex, a.Unmap()}
		if !ok || k.State&usable == 0 || len(k.HardwareAddr) != len(wire.MAC{}) || t.known[h] != nil {
			continue
		}
		t.known[h] = &neighbor{
			nextHop: h, mac: wire.MAC(k.HardwareAddr), known: true, fixed: k.State&fixed != 0, checked: now,
		}
	}
}

// neighbor returns the neighbor through whom an address is reached, and asks
// for it where it is not known, or has not been for long.
func (t *Transport) neighbor(y *route, to netip.Addr, now probe.Time) *neighbor {
	h := y.hop(to)
	b := t.known[h]
	if f := familyOf(h.addr); b == nil && !t.tableRead[f] {
		t.readNeighbors(f, now)
		b = t.known[h]
	}
	if b == nil {
		b = &neighbor{nextHop: h}
		t.known[h] = b
	}
	b.way = y
	if !b.asking && !b.fixed && (!b.known || now-b.checked > recheck) {
		b.asking, b.tries = true, 0
		t.solicit(b, now)
	}
	return b
}

// solicit asks for a neighbor once: itself, where it was, or else everybody.
func (t *Transport) solicit(b *neighbor, now probe.Time) {
	y, f := b.way, familyOf(b.addr)
	b.tries++
	b.due = now.Add(y.link.every[f])
	heap.Push(&t.asking, turn{b.due, b})
	from := t.asker(y, b.addr)
	if f == 0 {
		if frame := t.frame(y.link, wire.EtherARP, nobodys); frame != nil {
			frame = wire.AppendEthernet(frame, b.whom(wire.Broadcast), y.link.mac, wire.EtherARP)
			t.fill(wire.AppendARPRequest(frame, y.link.mac, from, b.addr))
		}
		return
	}
	if frame := t.frame(y.link, wire.EtherIPv6, nobodys); frame != nil {
		group, mac := wire.SolicitedNode(b.addr)
		frame = wire.AppendEthernet(frame, b.whom(mac), y.link.mac, wire.EtherIPv6)
		frame = wire.AppendIP(frame, from, group, wire.ProtoICMPv6, wire.NeighborTTL, wire.SolicitationSize)
		t.fill(wire.AppendSolicitation(frame, y.link.mac, from, group, b.addr))
	}
}

// whom is who is asked where a neighbor is: itself, or else everybody.
func (b *neighbor) whom(everybody wire.MAC) wire.MAC {
	if b.known {
		return b.mac
	}
	return everybody
}

// asker is the address that asks for a neighbor: the source, where that is of
// the neighbor's family. An IPv4 address may have an IPv6 one for a gateway
// (RFC 5549).
func (t *Transport) asker(y *route, about netip.Addr) netip.Addr {
	if y.source.Is4() == about.Is4() {
		return y.source
	}
	return t.ways.nearest(about, y.link)
}

// pursue asks again for neighbors that have not answered, and gives those up
// that have been asked for often enough.
func (t *Transport) pursue(now probe.Time) {
	for range mostAsked {
		if len(t.asking) == 0 || t.asking[0].due > now {
			break
		}
		next := heap.Pop(&t.asking).(turn)
		switch b := next.of; {
		case !b.asking, b.due != next.due:
		case b.tries < b.way.link.tries[familyOf(b.addr)]:
			b.known = false // nothing more is sent to where it was
			t.solicit(b, now)
		default:
			t.giveUp(b, now)
		}
	}
	t.flush()
}

// giveUp takes a neighbor for nobody. Where routes or links have changed, what
// waited may have another way by now, or none.
func (t *Transport) giveUp(b *neighbor, now probe.Time) {
	for _, w := range b.waiting {
		if b.moot && !t.leads(w.to, b.nextHop) {
			t.tell(w.handedBack(now))
			continue
		}
		t.tell(probe.Answer{
			ID: w.id, N: w.n, At: now, Reason: endpoint.HostUnreach, Unresolved: true, From: b.way.source,
		})
	}
	b.asking, b.waiting = false, nil
	delete(t.known, b.nextHop)
}

// leads says that an address is reached through a hop.
func (t *Transport) leads(to netip.Addr, h nextHop) bool {
	_, y, err := t.wayTo(to)
	return err == nil && y.err == nil && y.hop(to) == h
}

// handedBack lets the engine make an attempt anew: so it goes the way that leads
// there by now, at the pace that is allowed, and its round trip is its own.
func (w *waiting) handedBack(now probe.Time) probe.Answer {
	return probe.Answer{ID: w.id, N: w.n, At: now, Reason: endpoint.LocalError, Err: probe.ErrBusy}
}

// tell gives an answer that came in no packet. Also an attempt that was given up
// gets it: who rests is told.
func (t *Transport) tell(a probe.Answer) {
	if t.newest(a.ID, a.N) {
		t.early = append(t.early, a)
	}
}

// advertised notes that somebody says to have an address. What was not said to
// us, when it was asked, may be anybody's word: it is reason to ask.
func (t *Transport) advertised(h nextHop, mac wire.MAC, toUs bool, now probe.Time) {
	switch b := t.known[h]; {
	case b == nil:
	case b.asking && toUs:
		b.mac, b.known, b.asking, b.moot, b.checked = mac, true, false, false, now
		for _, w := range b.waiting {
			t.tell(w.handedBack(now))
		}
		b.waiting = nil
	case !b.asking && !toUs && !b.fixed && b.mac != mac:
		b.known = false
	}
}
