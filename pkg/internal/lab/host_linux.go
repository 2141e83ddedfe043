package lab

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/vishvananda/netlink"
)

// Host is a machine of the lab: a network namespace at the end of a link.
type Host struct {
	lab    *Lab
	space  *space
	cfg    config
	parent *Host  // the gateway it is behind; nil: the scanner's link
	link   string // name of the near end
	number int
	addrs  []netip.Prefix // of the host, on the link
	near   []netip.Prefix // of the near end, on the link
	server *server
	udp    *udpServer
	late   atomic.Int64 // nanoseconds; see Late
	undo   []func() error
}

// Addr returns the host's first IPv4 address; the zero Addr if none.
func (h *Host) Addr() netip.Addr { return h.first(netip.Addr.Is4) }

// Addr6 returns the host's first IPv6 address; the zero Addr if none.
func (h *Host) Addr6() netip.Addr { return h.first(netip.Addr.Is6) }

// LinkLocal returns the host's link-local address with the zone by which the
// scanner knows the link.
func (h *Host) LinkLocal() netip.Addr { return linkLocal(2).Addr().WithZone(h.link) }

// Link returns the name of the near end of the host's link.
func (h *Host) Link() string { return h.link }

// Addrs returns the host's addresses with the prefix of the link.
func (h *Host) Addrs() []netip.Prefix { return slices.Clone(h.addrs) }

// Open returns the ports that the host listens on, ascending.
func (h *Host) Open() []uint16 {
	var all []portRange
	for _, l := range h.cfg.listen {
		all = append(all, l.ports...)
	}
	return expand(all)
}

// Do runs fn on the thread in the host's namespace: sockets that fn opens belong to
// the host. fn must not end the test, nor start goroutines that open sockets.
func (h *Host) Do(fn func() error) error { return h.space.do(fn) }

// Behind makes a host with h as its gateway. For unused addresses of its link, h
// sends ICMP host unreachable.
func (h *Host) Behind(addrs string, opts ...Option) *Host {
	h.lab.tb.Helper()
	return h.lab.host(h, addrs, opts)
}

// Dark makes the host lose all packets, in both directions, until it is called with
// false. Neighbor resolution still works.
func (h *Host) Dark(dark bool) {
	h.lab.tb.Helper()
	h.lab.check(h.darken(dark), "making a host dark")
}

func (h *Host) first(is func(netip.Addr) bool) netip.Addr {
	for _, p := range h.addrs {
		if is(p.Addr()) {
			return p.Addr()
		}
	}
	return netip.Addr{}
}

// host builds a host that is removed with the test.
func (l *Lab) host(parent *Host, addrs string, opts []Option) *Host {
	l.tb.Helper()
	h := &Host{lab: l, parent: parent}
	l.tb.Cleanup(func() { l.check(h.close(), "taking a host down") })
	for _, o := range opts {
		l.check(o(&h.cfg), "reading a host's options")
	}
	for _, step := range []func() error{
		func() (err error) { h.space, err = newSpace(); return },
		h.connect,
		func() error { return h.address(addrs) },
		h.routes,
		h.filter,
		h.serve,
		h.serveUDP,
	} {
		l.check(step(), fmt.Sprintf("making host %q", addrs))
	}
	return h
}

func (h *Host) close() error {
	var errs []error
	for _, undo := range slices.Backward(h.undo) {
		errs = append(errs, undo())
	}
	if h.server != nil {
		h.server.close()
	}
	if h.udp != nil {
		h.udp.close()
	}
	if h.space != nil {
		h.space.close()
	}
	return errors.Join(errs...)
}

// upstream is the namespace at the near end of the host's link.
func (h *Host) upstream() *space {
	if h.parent == nil {
		return nil
	}
	return h.parent.space
}

// connect makes the link, with a relay in it for a delay.
func (h *Host) connect() (err error) {
	far, peer := h.space, "eth0"
	if h.cfg.delay > 0 || h.cfg.jitter > 0 || h.cfg.portDelay != nil {
		if far, err = h.relay(); err != nil {
			return err
		}
		peer = relayNear
	}
	index, err := pair(h.upstream(), far, peer)
	if err != nil {
		return err
	}
	h.link, h.number = linkName(index), index%4096
	if h.cfg.mtu > 0 {
		for s, link := range map[*space]string{h.upstream(): h.link, far: peer} {
			if err := s.do(func() error { return setMTU(link, h.cfg.mtu) }); err != nil {
				return err
			}
		}
	}
	h.undo = append(h.undo, func() error { return unpair(h.upstream(), h.link) })
	if far == h.space {
		return nil
	}
	return h.startRelay(far)
}

// address gives both ends of the link their addresses.
func (h *Host) address(addrs string) error {
	if err := h.plan(addrs); err != nil {
		return err
	}
	if err := free(h.addrs); err != nil && h.parent == nil {
		return err
	}
	err := h.space.do(func() error {
		return addresses("eth0", append(slices.Clone(h.addrs), linkLocal(2)))
	})
	if err != nil {
		return err
	}
	err = h.upstream().do(func() error {
		if err := h.neighbors(); err != nil {
			return err
		}
		if err := addresses(h.link, append(slices.Clone(h.near), linkLocal(1))); err != nil {
			return err
		}
		return awaitUp(h.link)
	})
	if err != nil {
		return err
	}
	return h.space.do(func() error { return awaitUp("eth0") })
}

func (h *Host) neighbors() error {
	if h.cfg.neighborRetry == 0 {
		return nil
	}
	ms := strconv.FormatInt(h.cfg.neighborRetry.Milliseconds(), 10)
	for _, ip := range []string{"ipv4", "ipv6"} {
		if err := writeSysctl("net/"+ip+"/neigh/"+h.link+"/retrans_time_ms", ms); err != nil {
			return err
		}
	}
	return nil
}

// plan chooses the addresses of both ends.
func (h *Host) plan(addrs string) error {
	if addrs == "" {
		var err error
		if addrs, err = h.choose(); err != nil {
			return err
		}
	}
	for _, s := range strings.Fields(addrs) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return err
		}
		h.addrs = append(h.addrs, p)
	}
	for _, p := range h.addrs {
		if slices.ContainsFunc(h.near, func(n netip.Prefix) bool { return n.Masked() == p.Masked() }) {
			continue
		}
		a := p.Masked().Addr().Next()
		for slices.Contains(h.addrs, netip.PrefixFrom(a, p.Bits())) {
			a = a.Next()
		}
		if !p.Contains(a) {
			return fmt.Errorf("%v has no room for both ends of a link", p)
		}
		h.near = append(h.near, netip.PrefixFrom(a, p.Bits()))
	}
	return nil
}

// choose derives addresses from the indexes of links, which are unique: that of the
// scanner's link, and for a host behind a gateway also that of the gateway's link.
func (h *Host) choose() (string, error) {
	switch n := h.number; {
	case h.parent == nil:
		return fmt.Sprintf("10.%d.%d.2/24 fd00:6c61:6200:%x::2/64", 64+n>>8, n&255, n), nil
	case h.parent.parent == nil && n < 16:
		up := h.parent.number
		return fmt.Sprintf("10.%d.%d.%d/28 fd00:6c61:6201:%x::2/64", 80+up>>8, up&255, n<<4|2, up<<4|n), nil
	}
	return "", errors.New("so many hosts behind gateways need their addresses given")
}

func linkLocal(n byte) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfe, 1: 0x80, 15: n}), 64)
}

// nearLink returns the near end of the host's link. It runs upstream.
func (h *Host) nearLink() (netlink.Link, error) { return netlink.LinkByName(h.link) }
