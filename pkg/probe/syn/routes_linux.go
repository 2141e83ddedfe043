package syn

import (
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
	"portkit/pkg/wire"
)

// route is how the kernel would reach an address.
type route struct {
	err     error // there is none
	link    *link
	gateway netip.Addr // the zero Addr: the address is on-link
	source  netip.Addr
	ttl     uint8
}

// link is a network interface.
type link struct {
	index int
	mac   wire.MAC
	mtu   int
	// ethernet is set if packets leave in Ethernet frames, to neighbors whose MAC
	// address has to be known. Else they leave through raw sockets.
	ethernet bool
	// Number and interval of multicast or broadcast solicitations of a neighbor, by
	// family: the kernel's settings (arp(7), mcast_solicit and retrans_time_ms).
	solicits [2]int
	interval [2]time.Duration
}

// routeCache queries the kernel once for all addresses that match the same prefixes of
// its routes and rules: its answer for one of them holds for all. Where a route has
// several next hops, every address is queried.
type routeCache struct {
	opts     Options
	handle   *netlink.Handle
	prefixes [2]*prefixTable // by family; nil: not loaded
	tooMany  [2]bool         // the family has more than maxPrefixes
	routes   map[routeKey]*route
	links    map[int]*link
}

// routeKey identifies the addresses that share a route.
type routeKey struct {
	prefix netip.Prefix
	scope  uint32 // index of the link of link-local addresses, else 0
}

const (
	// maxPrefixes: larger tables (full BGP) are not loaded, and every address is
	// queried.
	maxPrefixes = 1 << 14
	// maxRoutes is the maximum number of cached routes.
	maxRoutes = 1 << 16
)

func newRouteCache(o Options) (*routeCache, error) {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	c := &routeCache{opts: o, handle: h}
	c.forget()
	return c, nil
}

// forget empties the cache.
func (c *routeCache) forget() {
	c.prefixes = [2]*prefixTable{}
	c.routes, c.links = map[routeKey]*route{}, map[int]*link{}
}

// to returns the route to an address. scope is the index of the link of a link-local
// one.
func (c *routeCache) to(a netip.Addr, scope uint32) *route {
	f := familyOf(a)
	if c.prefixes[f] == nil {
		c.prefixes[f] = c.loadPrefixes(f)
	}
	key := routeKey{c.prefixes[f].longest(a), scope}
	if r, ok := c.routes[key]; ok {
		return r
	}
	if len(c.routes) >= maxRoutes {
		clear(c.routes)
	}
	r, err := c.query(a, scope)
	if err != nil {
		r.err = err
	}
	c.routes[key] = &r
	return &r
}

func familyOf(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

var families = [2]int{unix.AF_INET, unix.AF_INET6}

// query returns the kernel's route to an address.
func (c *routeCache) query(a netip.Addr, scope uint32) (route, error) {
	if scope != 0 && c.opts.Interface != "" {
		if i, err := net.InterfaceByName(c.opts.Interface); err != nil || i.Index != int(scope) {
			return route{}, errOtherLink
		}
	}
	o := &netlink.RouteGetOptions{OifIndex: int(scope), Oif: c.opts.Interface}
	if s := c.opts.Source; s.IsValid() {
		if err := c.checkSource(s, a, scope); err != nil {
			return route{}, err
		}
		o.SrcAddr = s.AsSlice()
	}
	routes, err := c.handle.RouteGetWithOptions(a.AsSlice(), o)
	if err != nil {
		return route{}, err
	}
	if len(routes) == 0 {
		return route{}, unix.ENETUNREACH
	}
	return c.parse(a, &routes[0])
}

// checkSource returns an error if an address cannot be probed from a source. The
// source has to be this machine's own, even where others can be bound to (ip(7),
// ip_nonlocal_bind).
func (c *routeCache) checkSource(from, a netip.Addr, scope uint32) error {
	own, err := kernel.Scopes{}.Of(from)
	switch {
	case err != nil:
		return err
	case from.Is4() != a.Is4():
		return unix.EAFNOSUPPORT
	case own != 0 && scope != 0 && own != scope:
		return errOtherLink
	}
	o := &netlink.RouteGetOptions{OifIndex: int(own)}
	if own == 0 && from.IsLinkLocalUnicast() {
		o.OifIndex = int(scope)
	}
	routes, err := c.handle.RouteGetWithOptions(from.AsSlice(), o)
	if err != nil || len(routes) == 0 || routes[0].Type != unix.RTN_LOCAL {
		return unix.EADDRNOTAVAIL
	}
	return nil
}

// sourceFor returns the source address that the kernel would use to a neighbor on a
// link.
func (c *routeCache) sourceFor(a netip.Addr, l *link) netip.Addr {
	routes, err := c.handle.RouteGetWithOptions(a.AsSlice(), &netlink.RouteGetOptions{OifIndex: l.index})
	if err == nil && len(routes) > 0 {
		if s, ok := netip.AddrFromSlice(routes[0].Src); ok {
			return s
		}
	}
	return netip.IPv6Unspecified()
}

// parse converts the kernel's route to an address.
func (c *routeCache) parse(a netip.Addr, r *netlink.Route) (rt route, err error) {
	switch r.Type {
	case unix.RTN_UNICAST, unix.RTN_LOCAL, unix.RTN_ANYCAST:
	default:
		return rt, unix.ENETUNREACH
	}
	if rt.link, err = c.link(r.LinkIndex); err != nil {
		return rt, err
	}
	rt.source = c.opts.Source.WithZone("")
	if !rt.source.IsValid() {
		s, ok := netip.AddrFromSlice(r.Src)
		if rt.source = s.Unmap(); !ok || rt.source.Is4() != a.Is4() {
			return rt, unix.EADDRNOTAVAIL
		}
	}
	gateway := r.Gw
	if via, ok := r.Via.(*netlink.Via); ok {
		gateway = via.Addr
	}
	if g, ok := netip.AddrFromSlice(gateway); ok {
		rt.gateway = g.Unmap()
	}
	if rt.ttl = uint8(r.Hoplimit); r.Hoplimit <= 0 || r.Hoplimit > 255 {
		rt.ttl = defaultTTL(a)
	}
	return rt, nil
}

// defaultTTL returns the TTL of packets whose route has none (ip(7), ip_default_ttl;
// for IPv6 RFC 4861 section 6.3.2).
func defaultTTL(a netip.Addr) uint8 {
	n := 64
	if a.Is4() {
		n = sysctl("net/ipv4/ip_default_ttl", n)
	}
	return uint8(min(max(n, 1), 255))
}

// sysctl reads a number below /proc/sys; missing is returned if there is none.
func sysctl(key string, missing int) int {
	text, err := os.ReadFile("/proc/sys/" + key)
	if err != nil {
		return missing
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return missing
	}
	return n
}

// link returns the interface with an index.
func (c *routeCache) link(index int) (*link, error) {
	if l := c.links[index]; l != nil {
		return l, nil
	}
	found, err := c.handle.LinkByIndex(index)
	if err != nil {
		return nil, unix.ENODEV
	}
	at := found.Attrs()
	l := &link{index: index, mtu: at.MTU}
	l.ethernet = at.EncapType == "ether" && len(at.HardwareAddr) == len(l.mac) &&
		at.Flags&(net.FlagLoopback|net.FlagPointToPoint) == 0 && at.RawFlags&unix.IFF_NOARP == 0
	copy(l.mac[:], at.HardwareAddr)
	for f, ip := range []string{"ipv4", "ipv6"} {
		neigh := "net/" + ip + "/neigh/" + at.Name + "/"
		l.solicits[f] = max(sysctl(neigh+"mcast_solicit", 3), 1)
		l.interval[f] = time.Duration(max(sysctl(neigh+"retrans_time_ms", 1000), 10)) * time.Millisecond
	}
	c.links[index] = l
	return l, nil
}
