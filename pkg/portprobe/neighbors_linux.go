package portprobe

import (
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
)

// neighbor returns the state of an address in the kernel's neighbor table.
func (l neighbors) neighbor(a netip.Addr) probe.Neighbor {
	n := l.entry(a)
	switch {
	case n == nil:
		return probe.NeighborUnknown
	case n.State&resolved != 0:
		return probe.NeighborFound
	case n.State&netlink.NUD_FAILED != 0:
		return probe.NeighborMissing
	case n.State&netlink.NUD_INCOMPLETE != 0:
		return probe.NeighborSought
	}
	return probe.NeighborUnknown
}

// linkLayer returns the interface and the link-layer address of a neighbor, as one
// string; "" while it is not resolved.
func (l neighbors) linkLayer(a netip.Addr) string {
	n := l.entry(a)
	if n == nil || n.State&resolved == 0 || len(n.HardwareAddr) == 0 {
		return ""
	}
	return fmt.Sprint(n.LinkIndex, " ", n.HardwareAddr)
}

// resolved are the states of an entry that has a link-layer address.
const resolved = netlink.NUD_REACHABLE | netlink.NUD_STALE | netlink.NUD_DELAY |
	netlink.NUD_PROBE | netlink.NUD_NOARP | netlink.NUD_PERMANENT

// entry returns the neighbor table's entry of an address (rtnetlink(7),
// RTM_GETNEIGH); nil if there is none.
func (l neighbors) entry(a netip.Addr) *netlink.Neigh {
	link := l.LinkOf(a)
	if link == 0 {
		return nil
	}
	family := uint8(unix.AF_INET)
	if a.Is6() {
		family = unix.AF_INET6
	}
	req := nl.NewNetlinkRequest(unix.RTM_GETNEIGH, 0)
	req.AddData(&netlink.Ndmsg{Family: family, Index: uint32(link)})
	req.AddData(nl.NewRtAttr(netlink.NDA_DST, a.AsSlice()))
	reply, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWNEIGH)
	if err != nil || len(reply) != 1 {
		return nil
	}
	n, _ := netlink.NeighDeserialize(reply[0])
	return n
}
