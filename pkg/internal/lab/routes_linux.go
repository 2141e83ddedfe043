package lab

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// routes configures the host's settings, the prefixes it owns, and its routes through
// a gateway.
func (h *Host) routes() error {
	if err := h.space.do(h.ownWays); err != nil {
		return err
	}
	for _, p := range slices.Concat(h.cfg.own, h.cfg.sparse) {
		if err := h.route(p); err != nil {
			return err
		}
	}
	if h.parent == nil {
		return nil
	}
	if err := h.parent.space.do(forwarding); err != nil {
		return err
	}
	for _, p := range h.addrs {
		if err := h.parent.route(p.Masked(), h.cfg.hops); err != nil {
			return err
		}
	}
	return nil
}

// ownWays runs in the host's namespace.
func (h *Host) ownWays() error {
	for _, kv := range h.cfg.sysctls {
		if err := writeSysctl(kv[0], kv[1]); err != nil {
			return err
		}
	}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	for _, p := range slices.Concat(h.cfg.own, h.cfg.alive) {
		err := netlink.RouteAdd(&netlink.Route{
			LinkIndex: lo.Attrs().Index, Dst: ipNet(p), Family: family(p.Addr()),
			Type: unix.RTN_LOCAL, Scope: unix.RT_SCOPE_HOST, Table: unix.RT_TABLE_LOCAL,
		})
		if err != nil {
			return fmt.Errorf("owning %v: %w", p, err)
		}
	}
	if h.parent == nil {
		return nil
	}
	return h.defaultRoutes()
}

// defaultRoutes routes the replies of a host through its gateway.
func (h *Host) defaultRoutes() error {
	link, err := netlink.LinkByName("eth0")
	if err != nil {
		return err
	}
	for _, p := range h.near {
		all := netip.PrefixFrom(p.Addr(), 0).Masked()
		err := netlink.RouteAdd(&netlink.Route{
			LinkIndex: link.Attrs().Index, Dst: ipNet(all), Gw: p.Addr().AsSlice(), Family: family(p.Addr()),
		})
		if err != nil {
			return fmt.Errorf("default route through %v: %w", p.Addr(), err)
		}
	}
	return nil
}

// route adds a route for p to the host, from the scanner and every gateway on the path.
// hops, if not 0, is the hop limit of what the scanner sends there.
func (h *Host) route(p netip.Prefix, hops ...int) error {
	for x := h; x != nil; x = x.parent {
		via := x.Addr()
		if p.Addr().Is6() {
			via = x.Addr6()
		}
		if !via.IsValid() {
			return fmt.Errorf("%v: the gateway has no address of that family", p)
		}
		err := x.upstream().do(func() error {
			link, err := x.nearLink()
			if err != nil {
				return err
			}
			r := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: ipNet(p), Gw: via.AsSlice(), Family: family(via)}
			if x.parent == nil {
				r.Hoplimit = slices.Max(append(hops, 0))
			}
			return netlink.RouteAdd(r)
		})
		if err != nil {
			return fmt.Errorf("route to %v through %v: %w", p, via, err)
		}
	}
	return nil
}

func forwarding() error {
	if err := writeSysctl("net/ipv4/ip_forward", "1"); err != nil {
		return err
	}
	return writeSysctl("net/ipv6/conf/all/forwarding", "1")
}
