package origin

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// gather looks up the facts about an address.
func (o Origin) gather(to netip.Addr) (f facts) {
	link := o.Link
	if to.Zone() != "" {
		link = to.Zone()
	}
	route := routeTo(to, LinkIndex(link))
	f.routed = route.Type == unix.RTN_UNICAST || route.Type == unix.RTN_LOCAL
	if o.Source.IsValid() {
		f.source = isOwn(o.Source)
	}
	if to.Is6() {
		f.ipv6Off = ipv6Off(to, link)
	}
	// Without a source address the kernel reports the same error.
	if f.routed && route.Src != nil {
		f.ports = strings.Join(strings.Fields(sysctl("net/ipv4/ip_local_port_range")), " ")
	}
	return f
}

// isOwn reports whether an address is this machine's.
func isOwn(a netip.Addr) bool { return routeTo(a, LinkIndex(a.Zone())).Type == unix.RTN_LOCAL }

// routeTo returns the route to an address; the zero Route if there is none, or one
// that drops or rejects packets.
func routeTo(a netip.Addr, link int) netlink.Route {
	routes, err := netlink.RouteGetWithOptions(a.AsSlice(), &netlink.RouteGetOptions{OifIndex: link})
	if err != nil || len(routes) == 0 {
		return netlink.Route{}
	}
	return routes[0]
}

// maxRoutes is the number of routes that are read to explain an error: more than a
// host has, fewer than a router with full BGP.
const maxRoutes = 1 << 14

// refusingRoutes returns the routes of a family that drop or reject packets. The
// kernel does not name the one that it applied: RTM_GETROUTE returns its error only.
func refusingRoutes(is6 bool) (list []refusingRoute) {
	family := unix.AF_INET
	if is6 {
		family = unix.AF_INET6
	}
	kinds := map[int]string{unix.RTN_BLACKHOLE: "blackhole", unix.RTN_UNREACHABLE: "unreachable", unix.RTN_PROHIBIT: "prohibit"}
	n := 0
	allTables := &netlink.Route{Table: unix.RT_TABLE_UNSPEC}
	_ = netlink.RouteListFilteredIter(family, allTables, netlink.RT_FILTER_TABLE, func(r netlink.Route) bool {
		if kind := kinds[r.Type]; kind != "" {
			to, _ := netip.ParsePrefix(r.Dst.String())
			list = append(list, refusingRoute{kind, to})
		}
		n++
		return n < maxRoutes
	})
	return list
}

// ipv6Off returns the setting that switches IPv6 off for an address; "" if IPv6 is
// on. If the link is not given, IPv6 is off if it is off on all interfaces but the
// loopback, which is how container runtimes set it.
func ipv6Off(to netip.Addr, link string) string {
	const conf = "net/ipv6/conf/"
	if to.IsLoopback() {
		link = "lo"
	}
	if link != "" {
		if i, err := net.InterfaceByIndex(LinkIndex(link)); err == nil && sysctl(conf+i.Name+"/disable_ipv6") == "1" {
			return "net.ipv6.conf." + i.Name + ".disable_ipv6"
		}
		return ""
	}
	if sysctl(conf+"all/disable_ipv6") != "1" {
		return ""
	}
	links, _ := filepath.Glob("/proc/sys/" + conf + "*/disable_ipv6")
	for _, path := range links {
		key := strings.TrimPrefix(path, "/proc/sys/")
		switch filepath.Base(filepath.Dir(path)) {
		case "all", "default", "lo":
		default:
			if sysctl(key) != "1" {
				return ""
			}
		}
	}
	return "net.ipv6.conf.all.disable_ipv6"
}

// sysctl returns a kernel setting; "" if there is none.
func sysctl(key string) string {
	text, _ := os.ReadFile("/proc/sys/" + key)
	return strings.TrimSpace(string(text))
}
