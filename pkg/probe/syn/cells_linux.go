package syn

import (
	"maps"
	"math/bits"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// prefixes is those of a family's routes and rules, by their lengths. The zero
// value tells every address apart.
type prefixes struct {
	lengths []int // the longest first
	all     map[netip.Prefix]struct{}
}

// policy is prefixes by which the source of an IPv6 packet is chosen (RFC 6724
// section 2.1), which a route's answer depends on too.
var policy = []string{
	"::1/128", "::ffff:0:0/96", "2002::/16", "2001::/32", "2001:10::/28", "fc00::/7", "::/96", "fec0::/10", "3ffe::/16", "fe80::/10",
}

// readPrefixes reads the kernel's tables. Where that cannot be done, there is too
// much, or an address's own bits choose between next hops, every address is by
// itself.
func (w *routeCache) readPrefixes(f int) *prefixes {
	p := &prefixes{all: map[netip.Prefix]struct{}{}}
	size := [2]int{32, 128}[f]
	p.add(nil, size)
	if w.huge[f] || !w.readRoutes(f, p) {
		return &prefixes{}
	}
	rules, err := w.handle.RuleList(families[f])
	if err != nil {
		return &prefixes{}
	}
	for _, r := range rules {
		p.add(r.Dst, size)
	}
	if f == 1 {
		w.addPolicy(p)
	}
	lengths := map[int]bool{}
	for one := range p.all {
		lengths[one.Bits()] = true
	}
	p.lengths = slices.Sorted(maps.Keys(lengths))
	slices.Reverse(p.lengths)
	return p
}

// readRoutes adds the prefixes of a family's routes, if they make cells.
func (w *routeCache) readRoutes(f int, p *prefixes) bool {
	n, several := 0, false
	every := &netlink.Route{Table: unix.RT_TABLE_UNSPEC}
	err := w.handle.RouteListFilteredIter(families[f], every, netlink.RT_FILTER_TABLE, func(r netlink.Route) bool {
		n++
		several = several || len(r.MultiPath) > 1
		p.add(r.Dst, [2]int{32, 128}[f])
		return n <= mostPrefixes
	})
	w.huge[f] = n > mostPrefixes
	return err == nil && !several && !w.huge[f]
}

// addPolicy adds the prefixes by which the source of an IPv6 packet is chosen: of
// two of this machine's addresses it is the one that shares more of its first bits
// with the target (RFC 6724 section 5, rule 8).
func (w *routeCache) addPolicy(p *prefixes) {
	for _, s := range policy {
		p.all[netip.MustParsePrefix(s)] = struct{}{}
	}
	var own []netip.Addr
	list, _ := w.handle.AddrList(nil, unix.AF_INET6)
	for _, a := range list {
		if ip, ok := netip.AddrFromSlice(a.IP); ok {
			own = append(own, ip)
		}
	}
	slices.SortFunc(own, netip.Addr.Compare)
	own = slices.Compact(own)
	for i := 1; i < len(own); i++ {
		n := shared(own[i-1], own[i]) + 1
		for _, a := range own[i-1 : i+1] {
			p.all[netip.PrefixFrom(a, n).Masked()] = struct{}{}
		}
	}
}

// shared is how many first bits two different addresses share.
func shared(a, b netip.Addr) (n int) {
	x, y := a.As16(), b.As16()
	for x[n/8] == y[n/8] {
		n += 8
	}
	return n + bits.LeadingZeros8(x[n/8]^y[n/8])
}

// add adds a prefix; nil stands for all addresses.
func (p *prefixes) add(n *net.IPNet, bits int) {
	a, ones := netip.IPv4Unspecified(), 0
	if bits == 128 {
		a = netip.IPv6Unspecified()
	}
	if n != nil {
		ip, ok := netip.AddrFromSlice(n.IP)
		if !ok {
			return
		}
		if bits == 32 {
			ip = ip.Unmap()
		}
		a = ip
		ones, _ = n.Mask.Size()
	}
	p.all[netip.PrefixFrom(a, ones).Masked()] = struct{}{}
}

// cellOf is the longest of the prefixes that has an address.
func (p *prefixes) cellOf(a netip.Addr) netip.Prefix {
	a = a.WithZone("")
	if p.all == nil {
		return netip.PrefixFrom(a, a.BitLen())
	}
	for _, n := range p.lengths {
		one, err := a.Prefix(n)
		if err != nil {
			continue
		}
		if _, ok := p.all[one]; ok {
			return one
		}
	}
	return netip.Prefix{}
}
