package wire

import "net/netip"

// IP is the header of an IPv4 or IPv6 packet, and what stands behind it.
type IP struct {
	Src, Dst netip.Addr
	// Proto is of Payload.
	Proto uint8
	// TTL is the time to live, or the hop limit.
	TTL uint8
	// Size is how long the payload is by the header, in bytes.
	Size int
	// Payload is as much of it as there is.
	Payload []byte
}

// Whole says that the payload is all there.
func (p *IP) Whole() bool { return len(p.Payload) == p.Size }

// ParseIP reads a packet of either version. It may be cut short behind its
// header, as what ICMP quotes is. Fragments other than the first are not read.
func ParseIP(b []byte) (IP, bool) {
	if len(b) == 0 {
		return IP{}, false
	}
	switch b[0] >> 4 {
	case 4:
		return parseIPv4(b)
	case 6:
		return parseIPv6(b)
	}
	return IP{}, false
}

// AppendIP appends the header, without extensions, of a packet with a payload
// of a size in bytes.
func AppendIP(b []byte, src, dst netip.Addr, proto, ttl uint8, size int) []byte {
	if dst.Is4() {
		return appendIPv4(b, src, dst, proto, ttl, size)
	}
	return appendIPv6(b, src, dst, proto, ttl, size)
}
