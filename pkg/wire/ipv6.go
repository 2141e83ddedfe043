package wire

import (
	"encoding/binary"
	"net/netip"
)

const ipv6Size = 40 // of a header, in bytes

// Extension headers that may stand before the payload (RFC 8200 section 4,
// RFC 4302).
const (
	hopByHop     = 0
	routing      = 43
	fragment     = 44
	auth         = 51
	destinations = 60
	// mostExtensions is how many are read: more are nobody's honest work.
	mostExtensions = 8
)

// parseIPv6 reads a packet (RFC 8200 section 3) through its extension headers.
func parseIPv6(b []byte) (p IP, ok bool) {
	if len(b) < ipv6Size {
		return p, false
	}
	size := int(binary.BigEndian.Uint16(b[4:]))
	p = IP{
		Src: netip.AddrFrom16([16]byte(b[8:24])), Dst: netip.AddrFrom16([16]byte(b[24:40])),
		Proto: b[6], TTL: b[7],
		Size: size, Payload: b[ipv6Size:min(ipv6Size+size, len(b))],
	}
	for range mostExtensions {
		if !extends(p.Proto) {
			return p, true
		}
		if !p.skipExtension() {
			return p, false
		}
	}
	return p, false
}

// Extensions are the extension headers that are read.
func Extensions() []uint8 { return []uint8{hopByHop, routing, fragment, auth, destinations} }

func extends(proto uint8) bool {
	switch proto {
	case hopByHop, routing, fragment, auth, destinations:
		return true
	}
	return false
}

// skipExtension leaves an extension header behind; false where it is cut, or
// belongs to a fragment that is not the first.
func (p *IP) skipExtension() bool {
	b := p.Payload
	if len(b) < 8 {
		return false
	}
	size := 8 + int(b[1])*8
	switch p.Proto {
	case fragment:
		if size = 8; binary.BigEndian.Uint16(b[2:])>>3 != 0 {
			return false
		}
	case auth:
		size = 8 + int(b[1])*4
	}
	if size > len(b) {
		return false
	}
	p.Proto, p.Size, p.Payload = b[0], p.Size-size, b[size:]
	return true
}

func appendIPv6(b []byte, src, dst netip.Addr, proto, ttl uint8, size int) []byte {
	b = append(b, 6<<4, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(size))
	b = append(b, proto, ttl)
	s, d := src.As16(), dst.As16()
	return append(append(b, s[:]...), d[:]...)
}
