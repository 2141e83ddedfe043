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

// prefixTable contains the prefixes of a family's routes and rules. In the zero table
// every address is a prefix of its own.
type prefixTable struct {
	lengths []int // longest first
	all     map[netip.Prefix]struct{}
}

// sourcePolicy is the default policy table for the choice of an IPv6 source address
// (RFC 6724 section 2.1), which is part of a route.
var sourcePolicy = []string{
	"::1/128", "::ffff:0:0/96", "2002::/16", "2001::/32", "2001:10::/28", "fc00::/7", "::/96", "fec0::/10", "3ffe::/16", "fe80::/10",
}

// loadPrefixes reads the kernel's tables. It returns the zero table if they cannot be
// read, are too large, or have a route with several next hops: the kernel chooses
// between these by a hash of the address.
func (c *routeCache) loadPrefixes(f int) *prefixTable {
	p := &prefixTable{all: map[netip.Prefix]struct{}{}}
	size := [2]int{32, 128}[f]
	p.add(nil, size)
	if c.tooMany[f] || !c.loadRoutes(f, p) {
		return &prefixTable{}
	}
	rules, err := c.handle.RuleList(families[f])
	if err != nil {
		return &prefixTable{}
	}
	for _, r := range rules {
		p.add(r.Dst, size)
	}
	if f == 1 {
		c.addSourcePolicy(p)
	}
	lengths := map[int]bool{}
	for one := range p.all {
		lengths[one.Bits()] = true
	}
	p.lengths = slices.Sorted(maps.Keys(lengths))
	slices.Reverse(p.lengths)
	return p
}

// loadRoutes adds the prefixes of a family's routes. It returns false if they cannot be
// used.
func (c *routeCache) loadRoutes(f int, p *prefixTable) bool {
	n, multipath := 0, false
	every := &netlink.Route{Table: unix.RT_TABLE_UNSPEC}
	err := c.handle.RouteListFilteredIter(families[f], every, netlink.RT_FILTER_TABLE, func(r netlink.Route) bool {
		n++
		multipath = multipath || len(r.MultiPath) > 1
		p.add(r.Dst, [2]int{32, 128}[f])
		return n <= maxPrefixes
	})
	c.tooMany[f] = n > maxPrefixes
	return err == nil && !multipath && !c.tooMany[f]
}

// addSourcePolicy adds the prefixes by which the kernel chooses an IPv6 source address.
// Of two own addresses it prefers the one that shares the longer prefix with the target
// (RFC 6724 section 5, rule 8), so these prefixes are one bit longer than what each two
// own addresses have in common.
func (c *routeCache) addSourcePolicy(p *prefixTable) {
	for _, s := range sourcePolicy {
		p.all[netip.MustParsePrefix(s)] = struct{}{}
	}
	var own []netip.Addr
	list, _ := c.handle.AddrList(nil, unix.AF_INET6)
	for _, a := range list {
		if ip, ok := netip.AddrFromSlice(a.IP); ok {
			own = append(own, ip)
		}
	}
	slices.SortFunc(own, netip.Addr.Compare)
	own = slices.Compact(own)
	for i := 1; i < len(own); i++ {
		n := commonBits(own[i-1], own[i]) + 1
		for _, a := range own[i-1 : i+1] {
			p.all[netip.PrefixFrom(a, n).Masked()] = struct{}{}
		}
	}
}

// commonBits returns the length of the common prefix of two different addresses.
func commonBits(a, b netip.Addr) (n int) {
	x, y := a.As16(), b.As16()
	for x[n/8] == y[n/8] {
		n += 8
	}
	return n + bits.LeadingZeros8(x[n/8]^y[n/8])
}

// add adds a prefix of a family with so many bits; nil is the default route.
func (p *prefixTable) add(n *net.IPNet, bits int) {
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

// longest returns the longest prefix in the table that contains an address.
func (p *prefixTable) longest(a netip.Addr) netip.Prefix {
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
