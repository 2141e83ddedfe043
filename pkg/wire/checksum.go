package wire

import (
	"encoding/binary"
	"net/netip"
)

// sum adds b to an unfolded Internet checksum (RFC 1071).
func sum(acc uint64, b []byte) uint64 {
	for len(b) >= 4 {
		acc += uint64(binary.BigEndian.Uint32(b))
		b = b[4:]
	}
	if len(b) >= 2 {
		acc += uint64(binary.BigEndian.Uint16(b)) << 16
		b = b[2:]
	}
	if len(b) > 0 {
		acc += uint64(b[0]) << 24
	}
	return acc
}

// fold returns the checksum of an unfolded sum.
func fold(acc uint64) uint16 {
	acc = acc>>32 + acc&0xffff_ffff
	acc = acc>>32 + acc&0xffff_ffff
	acc = acc>>16 + acc&0xffff
	acc = acc>>16 + acc&0xffff
	return ^uint16(acc>>16 + acc&0xffff)
}

// pseudo returns the unfolded sum of the pseudo-header of TCP and ICMPv6 (RFC 9293
// section 3.1, RFC 8200 section 8.1).
func pseudo(src, dst netip.Addr, proto uint8, size int) uint64 {
	acc := uint64(proto) + uint64(size)
	if src.Is4() {
		s, d := src.As4(), dst.As4()
		return sum(sum(acc, s[:]), d[:])
	}
	s, d := src.As16(), dst.As16()
	return sum(sum(acc, s[:]), d[:])
}

// Intact reports whether the checksum of a whole TCP or ICMPv6 packet is right.
func (p *IP) Intact() bool {
	return fold(sum(pseudo(p.Src, p.Dst, p.Proto, len(p.Payload)), p.Payload)) == 0
}
