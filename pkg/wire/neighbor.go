package wire

import (
	"encoding/binary"
	"net/netip"
)

// Neighbor discovery (RFC 4861 sections 4.3 and 4.4).
const (
	solicitation  = 135
	Advertisement = 136
	// NeighborTTL is the hop limit of the messages: a router would have reduced it
	// (section 7.1.2).
	NeighborTTL = 255
	// SolicitationSize is the size of a message of AppendSolicitation, in bytes.
	SolicitationSize = 32

	neighborSize = 24 // without options
	sourceLink   = 1  // option: MAC of the sender
	targetLink   = 2  // option: MAC of the target
)

// SolicitedNode returns the multicast group of an address's owner (RFC 4291 section
// 2.7.1) and the group's address on Ethernet (RFC 2464 section 7).
func SolicitedNode(a netip.Addr) (netip.Addr, MAC) {
	ip := a.As16()
	group := [16]byte{0xff, 0x02, 11: 0x01, 12: 0xff, 13: ip[13], 14: ip[14], 15: ip[15]}
	return netip.AddrFrom16(group), MAC{0x33, 0x33, 0xff, ip[13], ip[14], ip[15]}
}

// AppendSolicitation appends an ICMPv6 request for the MAC address of the IPv6 address
// about.
func AppendSolicitation(b []byte, mac MAC, from, to, about netip.Addr) []byte {
	start := len(b)
	b = append(b, solicitation, 0, 0, 0, 0, 0, 0, 0)
	target := about.As16()
	b = append(append(b, target[:]...), sourceLink, 1)
	b = append(b, mac[:]...)
	acc := pseudo(from, to, ProtoICMPv6, SolicitationSize)
	binary.BigEndian.PutUint16(b[start+2:], fold(sum(acc, b[start:])))
	return b
}

// ParseAdvertisement parses a reply: an address and its owner. Without the option there
// is no owner, and ok is false.
func ParseAdvertisement(p *IP) (about netip.Addr, owner MAC, ok bool) {
	b := p.Payload
	if p.Proto != ProtoICMPv6 || p.TTL != NeighborTTL || len(b) < neighborSize || b[0] != Advertisement || b[1] != 0 {
		return about, owner, false
	}
	about = netip.AddrFrom16([16]byte(b[8:24]))
	for b = b[neighborSize:]; len(b) >= 8; {
		size := int(b[1]) * 8
		if size == 0 || size > len(b) {
			break
		}
		if b[0] == targetLink {
			return about, MAC(b[2:8]), true
		}
		b = b[size:]
	}
	return about, owner, false
}
