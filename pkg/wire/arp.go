package wire

import (
	"encoding/binary"
	"net/netip"
)

// arpSize is the size of an ARP message for IPv4 on Ethernet, in bytes.
const arpSize = 28

const (
	arpRequest = 1
	arpReply   = 2
)

// arpHead: Ethernet, IPv4, and the sizes of their addresses (RFC 826).
var arpHead = [6]byte{0, 1, 0x08, 0x00, 6, 4}

// AppendARPRequest appends a request for the MAC address of an IPv4 address.
func AppendARPRequest(b []byte, mac MAC, from, about netip.Addr) []byte {
	b = binary.BigEndian.AppendUint16(append(b, arpHead[:]...), arpRequest)
	sender, target := from.As4(), about.As4()
	b = append(append(b, mac[:]...), sender[:]...)
	return append(append(b, 0, 0, 0, 0, 0, 0), target[:]...)
}

// ParseARP parses a reply or an announcement (RFC 5227 section 3): an address and its
// owner.
func ParseARP(b []byte) (about netip.Addr, owner MAC, ok bool) {
	if len(b) < arpSize || [6]byte(b[:6]) != arpHead {
		return about, owner, false
	}
	sender, target := [4]byte(b[14:18]), [4]byte(b[24:28])
	switch op := binary.BigEndian.Uint16(b[6:]); {
	case op == arpReply, op == arpRequest && sender == target:
		return netip.AddrFrom4(sender), MAC(b[8:14]), true
	}
	return about, owner, false
}
