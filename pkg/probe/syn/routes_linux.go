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
	err     error // it would not
	link    *link
	gateway netip.Addr // whose neighbor's address the link needs; none: the address's own
	source  netip.Addr
	ttl     uint8
}

// link is an interface that packets leave by.
type link struct {
	index int
	mac   wire.MAC
	mtu   int
	// frames says that packets leave in Ethernet frames of our own making, to
	// neighbors whose address has to be known. Else the kernel sends them.
	frames bool
	// How often and how far apart neighbors are asked for, by family: as the
	// kernel does it (arp(7), mcast_solicit and retrans_time_ms).
	tries [2]int
	every [2]time.Duration
}

// routeCache answers how addresses are reached by asking the kernel once for each cell:
// addresses that no prefix in any of its routes or rules tells apart. They match
// the same of them, so the kernel's answer about one holds for all, however it
// comes to it. Where a route has several next hops, every address is a cell.
type routeCache struct {
	opts     Options
	handle   *netlink.Handle
	prefixes [2]*prefixes // by family; nil: not read yet
	huge     [2]bool      // a family's were too many
	known    map[prefix]*route
	links    map[int]*link
}

// prefix is addresses that are reached alike. scope is the link of link-local ones.
type prefix struct {
	prefix netip.Prefix
	scope  uint32
}

const (
	// mostPrefixes is how many prefixes a table may have to be read: the table of
	// a router of the Internet's core is not. Then every address is a cell.
	mostPrefixes = 1 << 14
	// mostCells bounds what is remembered.
	mostCells = 1 << 16
)

func newRouteCache(o Options) (*routeCache, error) {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	w := &routeCache{opts: o, handle: h}
	w.forget()
	return w, nil
}

// forget drops everything that a change of routes or links may have made wrong.
func (w *routeCache) forget() {
	w.prefixes = [2]*prefixes{}
	w.known, w.links = map[prefix]*route{}, map[int]*link{}
}

// to returns the way to an address; scope is the link of a link-local one.
func (w *routeCache) to(a netip.Addr, scope uint32) *route {
	f := familyOf(a)
	if w.prefixes[f] == nil {
		w.prefixes[f] = w.readPrefixes(f)
	}
	c := prefix{w.prefixes[f].cellOf(a), scope}
	if way, ok := w.known[c]; ok {
		return way
	}
	if len(w.known) >= mostCells {
		clear(w.known)
	}
	way, err := w.ask(a, scope)
	if err != nil {
		way.err = err
	}
	w.known[c] = &way
	return &way
}

func familyOf(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

var families = [2]int{unix.AF_INET, unix.AF_INET6}

// ask asks the kernel.
func (w *routeCache) ask(a netip.Addr, scope uint32) (route, error) {
	if scope != 0 && w.opts.Interface != "" {
		if i, err := net.InterfaceByName(w.opts.Interface); err != nil || i.Index != int(scope) {
			return route{}, errOtherLink
		}
	}
	o := &netlink.RouteGetOptions{OifIndex: int(scope), Oif: w.opts.Interface}
	if s := w.opts.Source; s.IsValid() {
		if err := w.usable(s, a, scope); err != nil {
			return route{}, err
		}
		o.SrcAddr = s.AsSlice()
	}
	routes, err := w.handle.RouteGetWithOptions(a.AsSlice(), o)
	if err != nil {
		return route{}, err
	}
	if len(routes) == 0 {
		return route{}, unix.ENETUNREACH
	}
	return w.read(a, &routes[0])
}

// usable says whether an address can be asked from another, which must be this
// machine's own, whatever it lets others bind to (ip(7), ip_nonlocal_bind).
func (w *routeCache) usable(from, a netip.Addr, scope uint32) error {
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
	routes, err := w.handle.RouteGetWithOptions(from.AsSlice(), o)
	if err != nil || len(routes) == 0 || routes[0].Type != unix.RTN_LOCAL {
		return unix.EADDRNOTAVAIL
	}
	return nil
}

// nearest is this machine's address that a neighbor on a link is asked from.
func (w *routeCache) nearest(a netip.Addr, l *link) netip.Addr {
	routes, err := w.handle.RouteGetWithOptions(a.AsSlice(), &netlink.RouteGetOptions{OifIndex: l.index})
	if err == nil && len(routes) > 0 {
		if s, ok := netip.AddrFromSlice(routes[0].Src); ok {
			return s
		}
	}
	return netip.IPv6Unspecified()
}

// read makes a way of a route.
func (w *routeCache) read(a netip.Addr, r *netlink.Route) (y route, err error) {
	switch r.Type {
	case unix.RTN_UNICAST, unix.RTN_LOCAL, unix.RTN_ANYCAST:
	default:
		return y, unix.ENETUNREACH
	}
	if y.link, err = w.link(r.LinkIndex); err != nil {
		return y, err
	}
	y.source = w.opts.Source.WithZone("")
	if !y.source.IsValid() {
		s, ok := netip.AddrFromSlice(r.Src)
		if y.source = s.Unmap(); !ok || y.source.Is4() != a.Is4() {
			return y, unix.EADDRNOTAVAIL
		}
	}
	gateway := r.Gw
	if via, ok := r.Via.(*netlink.Via); ok {
		gateway = via.Addr
	}
	if g, ok := netip.AddrFromSlice(gateway); ok {
		y.gateway = g.Unmap()
	}
	if y.ttl = uint8(r.Hoplimit); r.Hoplimit <= 0 || r.Hoplimit > 255 {
		y.ttl = hopLimit(a)
	}
	return y, nil
}

// hopLimit is what packets without a route of their own opinion start with
// (ip(7), ip_default_ttl; for IPv6 RFC 4861 section 6.3.2).
func hopLimit(a netip.Addr) uint8 {
	n := 64
	if a.Is4() {
		n = setting("net/ipv4/ip_default_ttl", n)
	}
	return uint8(min(max(n, 1), 255))
}

// setting reads a number from /proc/sys; other where there is none.
func setting(key string, other int) int {
	text, err := os.ReadFile("/proc/sys/" + key)
	if err != nil {
		return other
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return other
	}
	return n
}

// link returns an interface by its index.
func (w *routeCache) link(index int) (*link, error) {
	if l := w.links[index]; l != nil {
		return l, nil
	}
	found, err := w.handle.LinkByIndex(index)
	if err != nil {
		return nil, unix.ENODEV
	}
	at := found.Attrs()
	l := &link{index: index, mtu: at.MTU}
	l.frames = at.EncapType == "ether" && len(at.HardwareAddr) == len(l.mac) &&
		at.Flags&(net.FlagLoopback|net.FlagPointToPoint) == 0 && at.RawFlags&unix.IFF_NOARP == 0
	copy(l.mac[:], at.HardwareAddr)
	for f, ip := range []string{"ipv4", "ipv6"} {
		of := "net/" + ip + "/neigh/" + at.Name + "/"
		l.tries[f] = max(setting(of+"mcast_solicit", 3), 1)
		l.every[f] = time.Duration(max(setting(of+"retrans_time_ms", 1000), 10)) * time.Millisecond
	}
	w.links[index] = l
	return l, nil
}
