package lab

import (
	"net/netip"
	"time"
)

// Option sets how a host behaves. Without options all its ports refuse.
type Option func(*config) error

type config struct {
	listen        []listen
	answer        []answer
	rules         []rule
	blocks        []blocking
	lossIn        float64
	lossOut       float64
	resets        uint64
	own           []netip.Prefix
	sparse, alive []netip.Prefix
	sysctls       [][2]string
	hops          int
	delay, jitter time.Duration
	portDelay     func(port uint16) time.Duration
	neighborRetry time.Duration
	mtu           int
	redirects     [][2]uint16
}

// Listen accepts connections on the ports ("22,80-90"), on every address of
// the host, IPv4 and IPv6, and holds each until its peer ends it.
func Listen(ports string) Option { return listening(ports, holdOpen) }

// ListenAndReset accepts and ends every connection with RST at once.
func ListenAndReset(ports string) Option { return listening(ports, resetAtOnce) }

// ListenAndClose accepts and ends every connection with FIN at once.
func ListenAndClose(ports string) Option { return listening(ports, closeAtOnce) }

func listening(ports string, how afterAccept) Option {
	return func(c *config) error {
		p, err := parsePorts(ports)
		c.listen = append(c.listen, listen{p, how})
		return err
	}
}

// Silent drops what is sent to the ports, TCP and UDP ("": all).
func Silent(ports string) Option { return ruling(ports, rule{verdict: drop}) }

// Reset answers the TCP ports with RST, as a firewall does ("": all).
func Reset(ports string) Option { return ruling(ports, rule{verdict: rejectReset}) }

// Reject4 answers the ports, TCP and UDP, over IPv4 with ICMP destination
// unreachable (type 3) of that code, RFC 792 and RFC 1812 section 5.2.7.1.
func Reject4(ports string, code uint8) Option {
	return ruling(ports, rule{verdict: rejectICMP, code: code, to4: true})
}

// Reject6 answers the ports, TCP and UDP, over IPv6 with ICMPv6 destination
// unreachable (type 1) of that code, RFC 4443 section 3.1. A link without
// Delay answers while connect(2) still holds the socket, and Linux then keeps
// an ICMPv6 error back until it repeats the SYN, 1 s later.
func Reject6(ports string, code uint8) Option {
	return ruling(ports, rule{verdict: rejectICMP, code: code, to6: true})
}

func ruling(ports string, r rule) Option {
	return func(c *config) (err error) {
		r.ports, err = parsePorts(ports)
		c.rules = append(c.rules, r)
		return err
	}
}

// To lets the rules of opts (Silent, Reset, Reject4, Reject6) hold only for
// what is sent to the prefix. The first rule that matches decides.
func To(prefix string, opts ...Option) Option {
	return func(c *config) error {
		p, err := netip.ParsePrefix(prefix)
		if err != nil {
			return err
		}
		from := len(c.rules)
		for _, o := range opts {
			if err := o(c); err != nil {
				return err
			}
		}
		for i := range c.rules[from:] {
			c.rules[from+i].to = p.Masked()
		}
		return nil
	}
}

// Loss loses packets at random: in and out are probabilities, 0 to 1.
// Neighbor discovery and ARP are spared.
func Loss(in, out float64) Option {
	return func(c *config) error {
		c.lossIn, c.lossOut = in, out
		return nil
	}
}

// Resets limits the RSTs that leave the host per second.
func Resets(perSecond uint64) Option {
	return func(c *config) error {
		c.resets = perSecond
		return nil
	}
}

// ICMPLimit restores the default limit of Linux for ICMP errors: to one address 1 per
// second after a burst of 6, and 1,000 per second in total (icmp_ratelimit in
// icmp(7)). Hosts without this option have no limit.
func ICMPLimit() Option {
	return func(c *config) error {
		c.sysctls = append(c.sysctls,
			[2]string{"net/ipv4/icmp_ratelimit", "1000"},
			[2]string{"net/ipv6/icmp/ratelimit", "1000"},
			[2]string{"net/ipv4/icmp_msgs_per_sec", "1000"},
			[2]string{"net/ipv4/icmp_msgs_burst", "50"})
		return nil
	}
}

// Sysctl sets a setting of the host's namespace, "net/ipv4/…".
func Sysctl(key, value string) Option {
	return func(c *config) error {
		c.sysctls = append(c.sysctls, [2]string{key, value})
		return nil
	}
}

// Own makes the host reply for every address of a prefix, to which it is the
// scanner's gateway: one neighbor for all.
func Own(prefix string) Option {
	return func(c *config) error {
		p, err := netip.ParsePrefix(prefix)
		c.own = append(c.own, p.Masked())
		return err
	}
}

// Sparse makes the host the scanner's gateway to a prefix of which it has only the
// addresses alive. It drops what is sent to others.
func Sparse(prefix string, alive []netip.Addr) Option {
	return func(c *config) error {
		p, err := netip.ParsePrefix(prefix)
		c.sparse = append(c.sparse, p.Masked())
		for _, a := range alive {
			c.alive = append(c.alive, netip.PrefixFrom(a, a.BitLen()))
		}
		return err
	}
}

// Hops sets the hop limit of what the scanner sends to a host behind another, so that
// it is exceeded at a gateway.
func Hops(n int) Option {
	return func(c *config) error {
		c.hops = n
		return nil
	}
}

// Delay delays every frame, in each direction, by delay and a random time of up to
// jitter, which may reorder them. Times are exact to 1 ms.
func Delay(delay, jitter time.Duration) Option {
	return func(c *config) error {
		c.delay, c.jitter = delay, jitter
		return nil
	}
}

// MTU sets the MTU of both ends of the host's link.
func MTU(bytes int) Option {
	return func(c *config) error {
		c.mtu = bytes
		return nil
	}
}

// Redirect makes the host's server at the TCP port to reachable at another one too.
func Redirect(from, to uint16) Option {
	return func(c *config) error {
		c.redirects = append(c.redirects, [2]uint16{from, to})
		return nil
	}
}

// PortDelay delays what the host's TCP ports send, by a time for each port, like a load
// balancer with far backends. Times are exact to 1 ms.
func PortDelay(delay func(port uint16) time.Duration) Option {
	return func(c *config) error {
		c.portDelay = delay
		return nil
	}
}

// NeighborRetry sets the retransmission timer of neighbor solicitations at the near
// end of the link (default 1 s, RFC 4861 section 10). An address is unresolved after
// three of them.
func NeighborRetry(d time.Duration) Option {
	return func(c *config) error {
		c.neighborRetry = d
		return nil
	}
}
