package wire

import "encoding/binary"

// MAC is the address of an Ethernet device.
type MAC [6]byte

// EtherTypes (IANA, IEEE 802 Numbers).
const (
	EtherIPv4 = 0x0800
	EtherARP  = 0x0806
	EtherIPv6 = 0x86dd
)

// EthernetSize is the size of an Ethernet header in bytes.
const EthernetSize = 14

// Broadcast addresses every device on a link.
var Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// AppendEthernet appends a frame header (IEEE 802.3).
func AppendEthernet(b []byte, to, from MAC, kind uint16) []byte {
	b = append(append(b, to[:]...), from[:]...)
	return binary.BigEndian.AppendUint16(b, kind)
}
