package wire

import (
	"encoding/binary"
	"net/netip"
)

const ipv6Size = 40 // header, in bytes

// Extension headers before the payload (RFC 8200 section 4, RFC 4302).
const (
	hopByHop     = 0
	routing      = 43
	fragment     = 44
	auth         = 51
	destinations = 60
	// maxExtensions: no legitimate packet has more.
	maxExtensions = 8
)

// parseIPv6 parses a packet (RFC 8200 section 3) and skips its extension headers.
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
	for range maxExtensions {
		if !extends(p.Proto) {
			return p, true
		}
		if !p.skipExtension() {
			return p, false
		}
	}
	return p, false
}

// Extensions returns the extension headers that ParseIP skips.
func Extensions() []uint8 { return []uint8{hopByHop, routing, fragment, auth, destinations} }

func extends(proto uint8) bool {
	switch proto {
	case hopByHop, routing, fragment, auth, destinations:
		return true
	}
	return false
}

// skipExtension removes an extension header. It returns false if the header is
// truncated or belongs to a fragment other than the first.
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
