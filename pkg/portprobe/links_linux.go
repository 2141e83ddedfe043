package portprobe

import (
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
)

// neighbor returns what the kernel's neighbor table has of an address on a link.
func (l *links) neighbor(a netip.Addr) probe.Neighbor {
	n := l.entry(a)
	switch {
	case n == nil:
		return probe.NeighborUnknown
	case n.State&known != 0:
		return probe.NeighborFound
	case n.State&netlink.NUD_FAILED != 0:
		return probe.NeighborMissing
	case n.State&netlink.NUD_INCOMPLETE != 0:
		return probe.NeighborSought
	}
	return probe.NeighborUnknown
}

// linkLayer returns the link and the link-layer address of a neighbor, as one
// text; "" while it has not been found.
func (l *links) linkLayer(a netip.Addr) string {
	n := l.entry(a)
	if n == nil || n.State&known == 0 || len(n.HardwareAddr) == 0 {
		return ""
	}
	return fmt.Sprint(n.LinkIndex, " ", n.HardwareAddr)
}

// known are the states of neighbors that have been found.
const known = netlink.NUD_REACHABLE | netlink.NUD_STALE | netlink.NUD_DELAY |
	netlink.NUD_PROBE | netlink.NUD_NOARP | netlink.NUD_PERMANENT

// entry looks an address on a link up in the kernel's neighbor table
// (rtnetlink(7), RTM_GETNEIGH); nil if it is not there.
func (l *links) entry(a netip.Addr) *netlink.Neigh {
	link := l.linkOf(a)
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
	answer, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWNEIGH)
	if err != nil || len(answer) != 1 {
		return nil
	}
	n, err := netlink.NeighDeserialize(answer[0])
	if err != nil {
		return nil
	}
	return n
}
