package syn

import (
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/timeline"
	"portkit/pkg/wire"
)

// A scan may need more neighbors than the kernel's table can hold (gc_thresh3, arp(7)).
// So each worker resolves neighbors itself, with the same packets at the same pace. The
// kernel's table is read and never changed.

const (
	// reachableTime is how long a neighbor is used before it is solicited again (RFC
	// 4861 section 10, DELAY_FIRST_PROBE_TIME).
	reachableTime = probe.Time(5 * time.Second)
	// maxSolicits is the maximum number of solicitations per Poll.
	maxSolicits = 64
)

// nextHop is an address on a link.
type nextHop struct {
	link int
	addr netip.Addr // without a zone
}

// nextHop returns the next hop on the way to an address.
func (rt *route) nextHop(to netip.Addr) nextHop {
	if rt.gateway.IsValid() {
		to = rt.gateway
	}
	return nextHop{rt.link.index, to.WithZone("")}
}

// neighbor is the entry of a next hop.
type neighbor struct {
	nextHop
	route     *route // one that uses it
	mac       wire.MAC
	known     bool // mac may be used
	permanent bool // an administrator's entry: never solicited
	resolving bool
	stale     bool // routes or links have changed since it was first solicited
	solicits  int
	due       probe.Time // when it is solicited again
	confirmed probe.Time // when it was last resolved
	queued    []queuedProbe
}

// queuedProbe is an attempt that waits for a neighbor.
type queuedProbe struct {
	id probe.ID
	n  uint8
	to netip.Addr
}

// neighborTable contains the neighbors of a transport.
type neighborTable struct {
	neighbors map[nextHop]*neighbor
	// solicitations may contain outdated entries: one is valid if the neighbor is still
	// being resolved and due at that time.
	solicitations timeline.Queue[probe.Time, *neighbor]
}

// forget drops what a change of routes or links may have invalidated. Queued probes
// stay.
func (t *neighborTable) forget() {
	for h, nb := range t.neighbors {
		if nb.resolving {
			nb.known, nb.stale = false, true
		} else {
			delete(t.neighbors, h)
		}
	}
}

// loadNeighbors copies the entries of the kernel's table that need no confirmation.
func (t *Transport) loadNeighbors(f int, now probe.Time) {
	t.tableLoaded[f] = true
	list, err := t.routes.handle.NeighList(0, families[f])
	if err != nil {
		return // each will be solicited
	}
	const permanent = netlink.NUD_PERMANENT | netlink.NUD_NOARP
	const usable = permanent | netlink.NUD_REACHABLE
	for _, k := range list {
		a, ok := netip.AddrFromSlice(k.IP)
		h := nextHop{k.LinkIndex, a.Unmap()}
		if !ok || k.State&usable == 0 || len(k.HardwareAddr) != len(wire.MAC{}) || t.neighbors[h] != nil {
			continue
		}
		t.neighbors[h] = &neighbor{
			nextHop: h, mac: wire.MAC(k.HardwareAddr), known: true, permanent: k.State&permanent != 0, confirmed: now,
		}
	}
}

// neighbor returns the neighbor on the route to an address. It solicits the neighbor
// if it is not known or was not confirmed recently.
func (t *Transport) neighbor(rt *route, to netip.Addr, now probe.Time) *neighbor {
	h := rt.nextHop(to)
	nb := t.neighbors[h]
	if f := familyOf(h.addr); nb == nil && !t.tableLoaded[f] {
		t.loadNeighbors(f, now)
		nb = t.neighbors[h]
	}
	if nb == nil {
		nb = &neighbor{nextHop: h}
		t.neighbors[h] = nb
	}
	nb.route = rt
	if !nb.resolving && !nb.permanent && (!nb.known || now-nb.confirmed > reachableTime) {
		nb.resolving, nb.solicits = true, 0
		t.solicit(nb, now)
	}
	return nb
}

// solicit sends a solicitation: to the known MAC address, else by broadcast or
// multicast.
func (t *Transport) solicit(nb *neighbor, now probe.Time) {
	rt, f := nb.route, familyOf(nb.addr)
	nb.solicits++
	nb.due = now.Add(rt.link.interval[f])
	t.solicitations.Push(nb.due, nb)
	from := t.solicitSource(rt, nb.addr)
	if f == 0 {
		if frame := t.frame(rt.link, wire.EtherARP, noAttempt); frame != nil {
			frame = wire.AppendEthernet(frame, nb.solicitMAC(wire.Broadcast), rt.link.mac, wire.EtherARP)
			t.out.commit(wire.AppendARPRequest(frame, rt.link.mac, from, nb.addr))
		}
		return
	}
	if frame := t.frame(rt.link, wire.EtherIPv6, noAttempt); frame != nil {
		group, mac := wire.SolicitedNode(nb.addr)
		frame = wire.AppendEthernet(frame, nb.solicitMAC(mac), rt.link.mac, wire.EtherIPv6)
		frame = wire.AppendIP(frame, from, group, wire.ProtoICMPv6, wire.NeighborTTL, wire.SolicitationSize)
		t.out.commit(wire.AppendSolicitation(frame, rt.link.mac, from, group, nb.addr))
	}
}

// solicitMAC returns the destination of a solicitation.
func (nb *neighbor) solicitMAC(group wire.MAC) wire.MAC {
	if nb.known {
		return nb.mac
	}
	return group
}

// solicitSource returns the source address of a solicitation: that of the probes, unless
// an IPv4 route has an IPv6 gateway (RFC 5549).
func (t *Transport) solicitSource(rt *route, about netip.Addr) netip.Addr {
	if rt.source.Is4() == about.Is4() {
		return rt.source
	}
	return t.routes.sourceFor(about, rt.link)
}

// retrySolicits repeats the solicitations that are due, and gives up on neighbors that
// were solicited often enough.
func (t *Transport) retrySolicits(now probe.Time) {
	for range maxSolicits {
		if t.solicitations.Len() == 0 || t.solicitations.First() > now {
			break
		}
		due, nb := t.solicitations.Pop()
		switch {
		case !nb.resolving, nb.due != due:
		case nb.solicits < nb.route.link.solicits[familyOf(nb.addr)]:
			nb.known = false // it may have moved
			t.solicit(nb, now)
		default:
			t.giveUp(nb, now)
		}
	}
	t.flush()
}

// giveUp reports the queued probes of a neighbor as unresolved. After a change of routes
// or links, those whose route no longer uses the neighbor are sent again instead.
func (t *Transport) giveUp(nb *neighbor, now probe.Time) {
	for _, q := range nb.queued {
		if nb.stale && !t.uses(q.to, nb.nextHop) {
			t.report(q.sendAgain(now))
			continue
		}
		t.report(probe.Reply{
			ID: q.id, N: q.n, At: now, Reason: endpoint.HostUnreach, Unresolved: true, From: nb.route.source,
		})
	}
	nb.resolving, nb.queued = false, nil
	delete(t.neighbors, nb.nextHop)
}

// uses reports whether the route to an address uses a next hop.
func (t *Transport) uses(to netip.Addr, h nextHop) bool {
	_, rt, err := t.routeTo(to)
	return err == nil && rt.err == nil && rt.nextHop(to) == h
}

// sendAgain returns an answer that makes the engine send the probe again: by the current
// route, within the rate limits, and with an RTT that starts then.
func (q *queuedProbe) sendAgain(now probe.Time) probe.Reply {
	return probe.Reply{ID: q.id, N: q.n, At: now, Reason: endpoint.LocalError, Err: probe.ErrBusy}
}

// report adds an answer that no packet brings. Forgotten attempts get it too: the job
// may still be waiting for a late reply.
func (t *Transport) report(a probe.Reply) {
	if t.isLatest(a.ID, a.N) {
		t.early = append(t.early, a)
	}
}

// onAdvertisement processes an ARP reply or a neighbor advertisement. Only a solicited
// one that was sent to us is trusted. An announcement of another MAC address causes a
// solicitation.
func (t *Transport) onAdvertisement(h nextHop, mac wire.MAC, toUs bool, now probe.Time) {
	switch nb := t.neighbors[h]; {
	case nb == nil:
	case nb.resolving && toUs:
		nb.mac, nb.known, nb.resolving, nb.stale, nb.confirmed = mac, true, false, false, now
		for _, q := range nb.queued {
			t.report(q.sendAgain(now))
		}
		nb.queued = nil
	case !nb.resolving && !toUs && !nb.permanent && nb.mac != mac:
		nb.known = false
	}
}
