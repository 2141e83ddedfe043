package lab

import (
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// casePort is the port that is probed in every case.
const casePort = 7777

// Build makes the host of the case in l and returns the endpoint to probe. A Lab may
// contain several cases.
func (c Case) Build(l *Lab) netip.AddrPort {
	l.tb.Helper()
	return netip.AddrPortFrom(c.build(l), casePort)
}

func (c Case) build(l *Lab) netip.Addr {
	switch c.Kind {
	case NoRoute, NotUnicast:
		return netip.MustParseAddr(c.To)
	case RouteRefuses:
		l.Unroutable(c.network(), unix.RTN_UNREACHABLE)
		return netip.MustParseAddr(c.To)
	case RouteProhibits:
		l.Unroutable(c.network(), unix.RTN_PROHIBIT)
		return netip.MustParseAddr(c.To)
	case GatewayRejects:
		gateway := l.Host("", tiny, Reject4("7777", 3), Reject6("7777", 4))
		return c.addr(gateway.Behind("", Listen("7777"), Answer("7777", Echo)))
	case HopsRunOut:
		return c.addr(l.Host("", tiny).Behind("", Listen("7777"), Hops(1)))
	case NobodyBehind:
		h := l.Host("", tiny).Behind("", NeighborRetry(50*time.Millisecond))
		return c.addr(h).Next()
	}
	h := l.Host("", c.options()...)
	switch c.Kind {
	case NobodyThere:
		return c.addr(h).Next()
	case LinkBroadcast:
		return lastAddr(h.addrs[0])
	case OwnDrop:
		l.Firewall(To(c.addrPrefix(h), Silent("7777")))
	case OwnReject:
		l.Firewall(To(c.addrPrefix(h), Reject4("7777", 13)))
	}
	return c.addr(h)
}

// answering is how the UDP service of a kind replies.
var answering = map[Kind]Answering{
	Answers: Echo, AnswersTwice: Twice, AnswersLate: Late, AnswersHuge: Huge,
	AnswersElsewhere: Elsewhere, AnswersForged: Forged,
}

// tiny gives a link an RTT of 2 ms. Linux delays errors that arrive before connect(2)
// has returned, as on a link without a delay.
func tiny(c *config) error { return Delay(time.Millisecond, 0)(c) }

func (c Case) options() []Option {
	const port = "7777"
	switch c.Kind {
	case Accepts, OwnDrop, OwnReject, LinkBroadcast:
		return []Option{Listen(port)}
	case AcceptsAndReset:
		return []Option{ListenAndReset(port)}
	case AcceptsAndClose:
		return []Option{ListenAndClose(port)}
	case FirewallResets:
		return []Option{Listen(port), Reset(port)}
	case StaysSilent:
		return []Option{Listen(port), Silent(port)}
	case Unreachable:
		if c.V6 {
			return []Option{Listen(port), Reject6(port, c.Code), tiny}
		}
		return []Option{Listen(port), Reject4(port, c.Code), tiny}
	case NobodyThere:
		return []Option{NeighborRetry(50 * time.Millisecond)}
	}
	if how, ok := answering[c.Kind]; ok {
		return []Option{Answer(port, how)}
	}
	return nil
}

func (c Case) addr(h *Host) netip.Addr {
	switch {
	case c.LinkLocal:
		return h.LinkLocal()
	case c.V6:
		return h.Addr6()
	}
	return h.Addr()
}

func (c Case) addrPrefix(h *Host) string {
	a := c.addr(h)
	return netip.PrefixFrom(a, a.BitLen()).String()
}

// network is a prefix of its own round To.
func (c Case) network() string {
	a := netip.MustParseAddr(c.To)
	return netip.PrefixFrom(a, a.BitLen()-8).Masked().String()
}

// lastAddr returns the last address of an IPv4 prefix, its link's broadcast
// address (RFC 919).
func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b)
}
