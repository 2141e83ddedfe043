package portprobe

import (
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// resolved says that the neighbour with an address on a link has been found, so
// that its silence is its own (rtnetlink(7), RTM_GETNEIGH).
func (l *links) resolved(a netip.Addr) bool {
	link := l.linkOf(a)
	if link == 0 {
		return false
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
		return false
	}
	n, err := netlink.NeighDeserialize(answer[0])
	const known = netlink.NUD_REACHABLE | netlink.NUD_STALE | netlink.NUD_DELAY |
		netlink.NUD_PROBE | netlink.NUD_NOARP | netlink.NUD_PERMANENT
	return err == nil && n.State&known != 0
}
