package origin

import (
	"encoding/binary"
	"iter"
	"net"
	"net/netip"
)

// Links contains the local networks of this machine. They are read once, at the
// start.
type Links struct {
	networks  []network // whose addresses are resolved by ARP or neighbor discovery
	broadcast map[netip.Addr]bool
}

// network is a local prefix and the index of its interface.
type network struct {
	netip.Prefix
	link int
}

// NoLinks returns the links of a machine without networks.
func NoLinks() *Links {
	return &Links{broadcast: map[netip.Addr]bool{netip.AddrFrom4([4]byte{255, 255, 255, 255}): true}}
}

// OwnLinks reads the prefixes of this machine's interfaces.
func OwnLinks() *Links {
	l := NoLinks()
	for p, on := range interfacePrefixes() {
		if p.Addr().Is4() && p.Bits() < 31 {
			l.broadcast[lastOf(p)] = true
		}
		if on.Flags&(net.FlagLoopback|net.FlagPointToPoint) == 0 && !p.IsSingleIP() {
			l.networks = append(l.networks, network{p.Masked(), on.Index})
		}
	}
	return l
}

// interfacePrefixes iterates over the addresses of this machine's interfaces, each
// with its prefix length. There are none if the system does not list them.
func interfacePrefixes() iter.Seq2[netip.Prefix, net.Interface] {
	return func(yield func(netip.Prefix, net.Interface) bool) {
		interfaces, _ := net.Interfaces()
		for _, i := range interfaces {
			addrs, _ := i.Addrs()
			for _, a := range addrs {
				if p, err := netip.ParsePrefix(a.String()); err == nil && !yield(p, i) {
					return
				}
			}
		}
	}
}

// Unicast reports whether an address is neither multicast (RFC 5771, RFC 4291
// section 2.7) nor broadcast (RFC 919), including broadcast of local networks.
func (l *Links) Unicast(a netip.Addr) bool {
	return !a.IsMulticast() && !(mayBroadcast(a) && l.broadcast[a])
}

// mayBroadcast reports whether an address can be the broadcast address of a network, in
// less time than a look at all of them: its last bits, at least two, are ones.
func mayBroadcast(a netip.Addr) bool { return a.Is4() && a.As4()[3]&3 == 3 }

// OnLink reports whether an address is that of a neighbor.
func (l *Links) OnLink(a netip.Addr) bool { return a.IsLinkLocalUnicast() || l.LinkOf(a) != 0 }

// LinkOf returns the index of the interface that an address is a neighbor on; 0 if
// it is not a neighbor.
func (l *Links) LinkOf(a netip.Addr) int {
	for _, n := range l.networks {
		if n.Contains(a.WithZone("")) && (a.Zone() == "" || LinkIndex(a.Zone()) == n.link) {
			return n.link
		}
	}
	return 0
}

// lastOf returns the last address of an IPv4 prefix.
func lastOf(p netip.Prefix) netip.Addr {
	ip := p.Addr().As4()
	binary.BigEndian.PutUint32(ip[:], binary.BigEndian.Uint32(ip[:])|(1<<(32-p.Bits())-1))
	return netip.AddrFrom4(ip)
}
