package wire

import (
	"encoding/binary"
	"net/netip"
)

// arpSize is the size of an ARP message about IPv4 on Ethernet, in bytes.
const arpSize = 28

const (
	arpRequest = 1
	arpReply   = 2
)

// arpHead is Ethernet addresses of 6 bytes for IPv4 addresses of 4 (RFC 826).
var arpHead = [6]byte{0, 1, 0x08, 0x00, 6, 4}

// AppendARPRequest appends the question who has an IPv4 address.
func AppendARPRequest(b []byte, mac MAC, from, about netip.Addr) []byte {
	b = binary.BigEndian.AppendUint16(append(b, arpHead[:]...), arpRequest)
	sender, target := from.As4(), about.As4()
	b = append(append(b, mac[:]...), sender[:]...)
	return append(append(b, 0, 0, 0, 0, 0, 0), target[:]...)
}

// ParseARPReply reads the answer: the address that it is about, and whose it
// is.
func ParseARPReply(b []byte) (about netip.Addr, has MAC, ok bool) {
	if len(b) < arpSize || [6]byte(b[:6]) != arpHead || binary.BigEndian.Uint16(b[6:]) != arpReply {
		return about, has, false
	}
	return netip.AddrFrom4([4]byte(b[14:18])), MAC(b[8:14]), true
}
