package portprobe

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// links is what this machine's own networks tell of addresses. They are read
// once, when the run begins.
type links struct {
	networks  []network // where neighbors are asked for by ARP or ND
	broadcast map[netip.Addr]bool
}

// network is a prefix of this machine's and the index of its interface.
type network struct {
	netip.Prefix
	link int
}

// noLinks is what holds without any network of one's own.
func noLinks() *links {
	return &links{broadcast: map[netip.Addr]bool{netip.AddrFrom4([4]byte{255, 255, 255, 255}): true}}
}

// ownLinks reads the addresses of this machine's interfaces. Without them all
// that is lost is the foresight: the kernel still refuses to connect.
func ownLinks() *links {
	l := noLinks()
	interfaces, _ := net.Interfaces()
	for _, i := range interfaces {
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				l.add(p, i)
			}
		}
	}
	return l
}

func (l *links) add(p netip.Prefix, on net.Interface) {
	if p.Addr().Is4() && p.Bits() < 31 {
		l.broadcast[lastOf(p)] = true
	}
	if on.Flags&(net.FlagLoopback|net.FlagPointToPoint) == 0 && !p.IsSingleIP() {
		l.networks = append(l.networks, network{p.Masked(), on.Index})
	}
}

// unicast says that an address is of one host: no multicast (RFC 5771, RFC 4291
// section 2.7), no broadcast (RFC 919), of this machine's networks included.
func (l *links) unicast(a netip.Addr) bool { return !a.IsMulticast() && !l.broadcast[a] }

// onLink says that an address is a neighbor's.
func (l *links) onLink(a netip.Addr) bool { return a.IsLinkLocalUnicast() || l.linkOf(a) != 0 }

// linkOf is the index of the interface that an address is a neighbor on; 0 for
// none.
func (l *links) linkOf(a netip.Addr) int {
	for _, n := range l.networks {
		if n.Contains(a.WithZone("")) && (a.Zone() == "" || a.Zone() == zoneOf(n.link)) {
			return n.link
		}
	}
	return 0
}

// zoned returns a source address with its link as the zone where it is link-local:
// the one of --interface, or the only one that has the address.
func zoned(source netip.Addr, link string) (netip.Addr, error) {
	if !source.Is6() || !source.IsLinkLocalUnicast() || source.Zone() != "" {
		return source, nil
	}
	if link != "" {
		return source.WithZone(link), nil
	}
	var on []string
	interfaces, _ := net.Interfaces()
	for _, i := range interfaces {
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr() == source {
				on = append(on, i.Name)
			}
		}
	}
	switch len(on) {
	case 0:
		return source, nil // the kernel reports that it is not this machine's
	case 1:
		return source.WithZone(on[0]), nil
	}
	return source, fmt.Errorf("--source: %v is on several links (%s); use --interface or a zone, as in %v%%%s",
		source, strings.Join(on, ", "), source, on[0])
}

// zoneOf is the name of an interface.
func zoneOf(link int) string {
	i, err := net.InterfaceByIndex(link)
	if err != nil {
		return ""
	}
	return i.Name
}

// lastOf is the last address of an IPv4 prefix.
func lastOf(p netip.Prefix) netip.Addr {
	ip := p.Masked().Addr().As4()
	for i := range ip {
		host := 32 - p.Bits() - 8*(3-i)
		ip[i] |= byte(1<<min(max(host, 0), 8) - 1)
	}
	return netip.AddrFrom4(ip)
}
