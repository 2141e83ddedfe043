package lab

import (
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Up brings the scanner's end of the host's link down, or up again with its addresses
// and routes, like a cable that is pulled and put back.
func (h *Host) Up(up bool) {
	h.lab.tb.Helper()
	h.lab.check(h.upstream().do(func() error { return h.setUp(up) }), "the link of a host")
}

func (h *Host) setUp(up bool) error {
	link, err := h.nearLink()
	if err != nil {
		return err
	}
	if !up {
		return netlink.LinkSetDown(link)
	}
	// The kernel removes a link's IPv6 addresses, except the link-local one, which it
	// adds by itself.
	if err := addresses(h.link, nil); err != nil {
		return err
	}
	have, err := addrsOf(link, unix.AF_UNSPEC)
	if err != nil {
		return err
	}
	there := map[netip.Addr]bool{}
	for _, a := range have {
		ip, _ := netip.AddrFromSlice(a.IP)
		there[ip.Unmap()] = true
	}
	for _, p := range append(h.near, linkLocal(1)) {
		if !there[p.Addr()] {
			if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: ipNet(p)}); err != nil {
				return err
			}
		}
	}
	if err := awaitUp(h.link); err != nil {
		return err
	}
	for _, p := range h.cfg.own {
		if err := h.route(p); err != nil {
			return err
		}
	}
	return nil
}

// Routed removes or restores the scanner's routes to the prefixes that the host owns.
func (h *Host) Routed(routed bool) {
	h.lab.tb.Helper()
	for _, p := range h.cfg.own {
		if routed {
			h.lab.check(h.route(p), "a route")
			continue
		}
		h.lab.check(netlink.RouteDel(&netlink.Route{Dst: ipNet(p), Family: family(p.Addr())}), "taking a route away")
	}
}

// Reboot closes the host's listeners, makes it dark for a moment, and then listens on
// other ports.
func (h *Host) Reboot(ports string) {
	h.lab.tb.Helper()
	h.Dark(true)
	h.server.close()
	h.cfg.listen, h.server = nil, nil
	h.lab.check(Listen(ports)(&h.cfg), "reading ports")
	h.lab.check(h.serve(), "listening again")
	h.Dark(false)
}
