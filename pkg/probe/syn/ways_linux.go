package syn

import (
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
	"portkit/pkg/wire"
)

// way is how the kernel would reach an address.
type way struct {
	err     error // it would not
	link    *link
	gateway netip.Addr // whose neighbour's address the link needs; none: the address's own
	source  netip.Addr
	ttl     uint8
}

// link is an interface that packets leave by.
type link struct {
	index int
	mac   wire.MAC
	mtu   int
	// frames says that packets leave in Ethernet frames of our own making, to
	// neighbours whose address has to be known. Else the kernel sends them.
	frames bool
	// How often and how far apart neighbours are asked for, by family: as the
	// kernel does it (arp(7), mcast_solicit and retrans_time_ms).
	tries [2]int
	every [2]time.Duration
}

// ways answers how addresses are reached by asking the kernel once for each cell:
// addresses that no prefix in any of its routes or rules tells apart. They match
// the same of them, so the kernel's answer about one holds for all, however it
// comes to it.
type ways struct {
	opts     Options
	handle   *netlink.Handle
	prefixes [2]*prefixes // by family; nil: not read yet
	known    map[cell]*way
	links    map[int]*link
}

// cell is addresses that are reached alike. scope is the link of link-local ones.
type cell struct {
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

func newWays(o Options) (*ways, error) {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	w := &ways{opts: o, handle: h}
	w.forget()
	return w, nil
}

// forget drops everything that a change of routes or links may have made wrong.
func (w *ways) forget() {
	w.prefixes = [2]*prefixes{}
	w.known, w.links = map[cell]*way{}, map[int]*link{}
}

// to returns the way to an address; scope is the link of a link-local one.
func (w *ways) to(a netip.Addr, scope uint32) *way {
	f := familyOf(a)
	if w.prefixes[f] == nil {
		w.prefixes[f] = w.readPrefixes(f)
	}
	c := cell{w.prefixes[f].cellOf(a), scope}
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
func (w *ways) ask(a netip.Addr, scope uint32) (way, error) {
	o := &netlink.RouteGetOptions{OifIndex: int(scope), Oif: w.opts.Interface}
	if s := w.opts.Source; s.IsValid() {
		if err := usable(s, a, scope); err != nil {
			return way{}, err
		}
		o.SrcAddr = s.AsSlice()
	}
	routes, err := w.handle.RouteGetWithOptions(a.AsSlice(), o)
	if err != nil {
		return way{}, err
	}
	if len(routes) == 0 {
		return way{}, unix.ENETUNREACH
	}
	return w.read(a, &routes[0])
}

// usable says whether an address can be asked from another: it must be this
// machine's own.
func usable(from, a netip.Addr, scope uint32) error {
	if from.Is4() != a.Is4() {
		return unix.EAFNOSUPPORT
	}
	fd, e := kernel.Socket(kernel.FamilyOf(from), unix.SOCK_DGRAM)
	if e != 0 {
		return e
	}
	defer kernel.Close(fd)
	var at kernel.Sockaddr
	if from.Zone() != "" {
		own, err := kernel.Scopes{}.Of(from)
		if err != nil {
			return err
		}
		scope = own
	}
	if e := kernel.Bind(fd, at.Set(netip.AddrPortFrom(from, 0), scope)); e != 0 {
		return e
	}
	return nil
}

// read makes a way of a route.
func (w *ways) read(a netip.Addr, r *netlink.Route) (y way, err error) {
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
func (w *ways) link(index int) (*link, error) {
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

// prefixes is those of a family's routes and rules, by their lengths.
type prefixes struct {
	lengths []int // the longest first
	all     map[netip.Prefix]struct{}
}

// policy is prefixes by which the source of an IPv6 packet is chosen (RFC 6724
// section 2.1), which a route's answer depends on too.
var policy = []string{
	"::1/128", "::ffff:0:0/96", "2002::/16", "2001::/32", "2001:10::/28", "fc00::/7", "::/96", "fec0::/10", "3ffe::/16", "fe80::/10",
}

// readPrefixes reads the kernel's tables. Where that cannot be done, or there is
// too much, every address is by itself.
func (w *ways) readPrefixes(f int) *prefixes {
	p := &prefixes{all: map[netip.Prefix]struct{}{}}
	bits := [2]int{32, 128}[f]
	everyone := []*net.IPNet{nil}
	routes, err := w.handle.RouteListFiltered(families[f], &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	rules, err2 := w.handle.RuleList(families[f])
	if err != nil || err2 != nil || len(routes) > mostPrefixes {
		return &prefixes{lengths: []int{bits}}
	}
	for _, r := range routes {
		everyone = append(everyone, r.Dst)
	}
	for _, r := range rules {
		everyone = append(everyone, r.Dst)
	}
	for _, n := range everyone {
		p.add(n, bits)
	}
	if f == 1 {
		for _, s := range policy {
			p.all[netip.MustParsePrefix(s)] = struct{}{}
		}
	}
	lengths := map[int]bool{}
	for one := range p.all {
		lengths[one.Bits()] = true
	}
	p.lengths = slices.Sorted(maps.Keys(lengths))
	slices.Reverse(p.lengths)
	return p
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
