package portprobe

import (
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
)

// neighbor looks an address on a link up in the kernel's neighbor table
// (rtnetlink(7), RTM_GETNEIGH).
func (l *links) neighbor(a netip.Addr) probe.Neighbor {
	link := l.linkOf(a)
	if link == 0 {
		return probe.NeighborUnknown
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
		return probe.NeighborUnknown
	}
	n, err := netlink.NeighDeserialize(answer[0])
	const known = netlink.NUD_REACHABLE | netlink.NUD_STALE | netlink.NUD_DELAY |
		netlink.NUD_PROBE | netlink.NUD_NOARP | netlink.NUD_PERMANENT
	switch {
	case err != nil:
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
