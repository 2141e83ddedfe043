package lab

import (
	"slices"

	"portkit/pkg/endpoint"
)

// Kind is how a port replies, or why it does not.
type Kind uint8

const (
	Accepts          Kind = iota + 1 // a listener that holds the connection
	AcceptsAndReset                  // a listener that ends it with RST at once
	AcceptsAndClose                  // a listener that ends it with FIN at once
	Refuses                          // the host's own RST
	FirewallResets                   // a firewall's RST, which looks like the host's
	StaysSilent                      // a firewall drops
	Unreachable                      // a firewall rejects with ICMP 3 or ICMPv6 1 of Code
	GatewayRejects                   // a gateway rejects with port-unreachable, ICMP 3/3 or ICMPv6 1/4, from its own address
	HopsRunOut                       // a gateway answers ICMP 11 or ICMPv6 3
	NobodyThere                      // no ARP or neighbor reply on the link: Linux sends itself ICMP 3/1 or ICMPv6 1/3
	NobodyBehind                     // the same on a gateway's link: the gateway sends ICMP 3/1 or ICMPv6 1/3
	Answers                          // UDP: the datagram is echoed, as with the next kinds
	AnswersTwice                     // UDP: twice
	AnswersLate                      // UDP: after the timeout of the first probe
	AnswersHuge                      // UDP: with the longest possible datagram
	AnswersElsewhere                 // UDP: from another port of the address, as TFTP does
	AnswersForged                    // UDP: from another address, which is not a reply
	NoRoute                          // the scanner has no route
	RouteRefuses                     // the scanner's routing table has an unreachable route
	RouteProhibits                   // the scanner's routing table has a prohibited route
	OwnDrop                          // the scanner's firewall drops
	OwnReject                        // the scanner's firewall rejects with ICMP 3/13, from its own address
	LinkBroadcast                    // the broadcast address of a link
	NotUnicast                       // a multicast or broadcast address
)

// Case is a kind of reply and what a record must contain.
type Case struct {
	Name  string
	Proto endpoint.Proto
	Kind  Kind
	// V6 probes over IPv6, LinkLocal a link-local address with its zone.
	V6, LinkLocal bool
	// Code is of ICMP type 3 or ICMPv6 type 1, for Unreachable.
	Code uint8
	// To is the address for the kinds that need no host.
	To string
	// Want is the reason for a transport that reads the error queue of its sockets
	// (IP_RECVERR), and in a simulated network.
	Want endpoint.Reason
	// Portable is the reason that errno alone reveals, as through net.Dialer. Where it
	// differs from Want, Why gives the cause.
	Portable endpoint.Reason
	Why      string
}

// Truth returns what a record must contain.
func (c Case) Truth() (endpoint.Reason, endpoint.State) {
	if c.Kind == GatewayRejects && c.Want == endpoint.PortUnreach {
		return c.Want, endpoint.Filtered
	}
	return c.Want, c.Want.State(c.Proto)
}

// ByErrno returns what a record must contain if only errno is known.
func (c Case) ByErrno() (endpoint.Reason, endpoint.State) {
	return c.Portable, c.Portable.State(c.Proto)
}

// Remote reports whether the target or the network decides the reply, so that a
// simulated network can give it.
func (c Case) Remote() bool { return c.Kind < NoRoute }

// sameErrno is why errno does not distinguish two ICMP codes (icmp_err_convert and
// icmpv6_err_convert in Linux).
const sameErrno = "the same errno as for the code that gives the portable reason"

// Cases returns the cases for TCP, each with a host of its own.
func Cases() []Case {
	cases := slices.Concat(hostCases(), icmpCases(), localCases())
	for i := range cases {
		if cases[i].Portable == 0 {
			cases[i].Portable = cases[i].Want
		}
	}
	return cases
}

// hostCases are replies of the host itself, and silence.
func hostCases() []Case {
	return []Case{
		{Name: "accepts", Kind: Accepts, Want: endpoint.SynAck},
		{Name: "accepts-v6", Kind: Accepts, V6: true, Want: endpoint.SynAck},
		{Name: "accepts-link-local", Kind: Accepts, V6: true, LinkLocal: true, Want: endpoint.SynAck},
		{Name: "accepts-and-resets", Kind: AcceptsAndReset, Want: endpoint.SynAck},
		{Name: "accepts-and-closes", Kind: AcceptsAndClose, Want: endpoint.SynAck},
		{Name: "refuses", Kind: Refuses, Want: endpoint.ConnRefused},
		{Name: "refuses-v6", Kind: Refuses, V6: true, Want: endpoint.ConnRefused},
		{Name: "refuses-link-local", Kind: Refuses, V6: true, LinkLocal: true, Want: endpoint.ConnRefused},
		{Name: "firewall-resets", Kind: FirewallResets, Want: endpoint.ConnRefused},
		{Name: "firewall-resets-v6", Kind: FirewallResets, V6: true, Want: endpoint.ConnRefused},
		{Name: "silent", Kind: StaysSilent, Want: endpoint.NoResponse},
		{Name: "silent-v6", Kind: StaysSilent, V6: true, Want: endpoint.NoResponse},
		{Name: "nobody-there", Kind: NobodyThere, Want: endpoint.HostUnreach},
		{Name: "nobody-there-v6", Kind: NobodyThere, V6: true, Want: endpoint.HostUnreach},
	}
}

// icmpCases are replies of routers and firewalls on the path.
func icmpCases() []Case {
	return []Case{
		{Name: "icmp-net-unreachable", Kind: Unreachable, Code: 0, Want: endpoint.NetUnreach},
		{Name: "icmp-host-unreachable", Kind: Unreachable, Code: 1, Want: endpoint.HostUnreach},
		{Name: "icmp-protocol-unreachable", Kind: Unreachable, Code: 2, Want: endpoint.ProtoUnreach},
		{
			Name: "icmp-port-unreachable", Kind: Unreachable, Code: 3, Want: endpoint.PortUnreach,
			Portable: endpoint.ConnRefused, Why: "ECONNREFUSED, as for RST",
		},
		{
			Name: "gateway-rejects", Kind: GatewayRejects, Want: endpoint.PortUnreach,
			Portable: endpoint.ConnRefused, Why: "ECONNREFUSED, as for RST",
		},
		{
			Name: "gateway-rejects-v6", Kind: GatewayRejects, V6: true, Want: endpoint.PortUnreach,
			Portable: endpoint.ConnRefused, Why: "ECONNREFUSED, as for RST",
		},
		{Name: "icmp-fragmentation-needed", Kind: Unreachable, Code: 4, Want: endpoint.NoResponse},
		{Name: "icmp-source-route-failed", Kind: Unreachable, Code: 5, Want: endpoint.DestUnreach},
		{
			Name: "icmp-net-unknown", Kind: Unreachable, Code: 6, Want: endpoint.DestUnreach,
			Portable: endpoint.NetUnreach, Why: sameErrno,
		},
		{
			Name: "icmp-net-prohibited", Kind: Unreachable, Code: 9, Want: endpoint.NetProhibited,
			Portable: endpoint.NetUnreach, Why: sameErrno,
		},
		{
			Name: "icmp-host-prohibited", Kind: Unreachable, Code: 10, Want: endpoint.HostProhibited,
			Portable: endpoint.HostUnreach, Why: sameErrno,
		},
		{
			Name: "icmp-admin-prohibited", Kind: Unreachable, Code: 13, Want: endpoint.AdminProhibited,
			Portable: endpoint.HostUnreach, Why: sameErrno,
		},
		{Name: "icmpv6-no-route", Kind: Unreachable, V6: true, Code: 0, Want: endpoint.NetUnreach},
		{Name: "icmpv6-admin-prohibited", Kind: Unreachable, V6: true, Code: 1, Want: endpoint.AdminProhibited},
		{
			Name: "icmpv6-beyond-scope", Kind: Unreachable, V6: true, Code: 2, Want: endpoint.DestUnreach,
			Portable: endpoint.HostUnreach, Why: sameErrno,
		},
		{Name: "icmpv6-address-unreachable", Kind: Unreachable, V6: true, Code: 3, Want: endpoint.HostUnreach},
		{
			Name: "icmpv6-port-unreachable", Kind: Unreachable, V6: true, Code: 4, Want: endpoint.PortUnreach,
			Portable: endpoint.ConnRefused, Why: "ECONNREFUSED, as for RST",
		},
		{Name: "icmpv6-policy", Kind: Unreachable, V6: true, Code: 5, Want: endpoint.AdminProhibited},
		{Name: "icmpv6-reject-route", Kind: Unreachable, V6: true, Code: 6, Want: endpoint.AdminProhibited},
		{
			Name: "hops-run-out", Kind: HopsRunOut, Want: endpoint.TimeExceeded,
			Portable: endpoint.HostUnreach, Why: sameErrno,
		},
		{
			Name: "hops-run-out-v6", Kind: HopsRunOut, V6: true, Want: endpoint.TimeExceeded,
			Portable: endpoint.HostUnreach, Why: sameErrno,
		},
		{Name: "nobody-behind", Kind: NobodyBehind, Want: endpoint.HostUnreach},
		{Name: "nobody-behind-v6", Kind: NobodyBehind, V6: true, Want: endpoint.HostUnreach},
	}
}

// localCases are failures of the scanner, and addresses that it does not probe.
// Without a usable route, connect fails for UDP too, although it sends nothing: that
// distinguishes these cases from ICMP errors.
func localCases() []Case {
	return []Case{
		{Name: "no-route", Kind: NoRoute, To: "192.0.2.1", Want: endpoint.LocalError},
		{Name: "no-route-v6", Kind: NoRoute, V6: true, To: "2001:db8::1", Want: endpoint.LocalError},
		{Name: "route-refuses", Kind: RouteRefuses, To: "198.51.100.1", Want: endpoint.LocalError},
		{Name: "route-refuses-v6", Kind: RouteRefuses, V6: true, To: "2001:db8:1::1", Want: endpoint.LocalError},
		{Name: "route-prohibits", Kind: RouteProhibits, To: "203.0.113.1", Want: endpoint.LocalError},
		{Name: "route-prohibits-v6", Kind: RouteProhibits, V6: true, To: "2001:db8:2::1", Want: endpoint.LocalError},
		{Name: "own-firewall-drops", Kind: OwnDrop, Want: endpoint.NoResponse},
		{
			Name: "own-firewall-rejects", Kind: OwnReject, Want: endpoint.LocalError,
			Portable: endpoint.HostUnreach, Why: "EHOSTUNREACH, as if it came from the network",
		},
		{Name: "link-broadcast", Kind: LinkBroadcast, Want: endpoint.NotUnicast},
		{Name: "broadcast", Kind: NotUnicast, To: "255.255.255.255", Want: endpoint.NotUnicast},
		{Name: "multicast", Kind: NotUnicast, To: "224.0.0.1", Want: endpoint.NotUnicast},
		{Name: "multicast-v6", Kind: NotUnicast, V6: true, To: "ff02::1", Want: endpoint.NotUnicast},
	}
}
