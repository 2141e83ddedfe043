package wire

import "net/netip"

// IP is the header and payload of an IPv4 or IPv6 packet.
type IP struct {
	Src, Dst netip.Addr
	// Proto is the protocol of Payload.
	Proto uint8
	// TTL is the time to live or hop limit.
	TTL uint8
	// Size is the length of the payload according to the header, in bytes.
	Size int
	// Payload is the part of the payload that was received.
	Payload []byte
}

// Whole reports whether all of the payload was received.
func (p *IP) Whole() bool { return len(p.Payload) == p.Size }

// ParseIP parses a packet of either version, which may be truncated after its header.
// ok is false for fragments other than the first.
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

// AppendIP appends a header without extensions for a payload of size bytes.
func AppendIP(b []byte, src, dst netip.Addr, proto, ttl uint8, size int) []byte {
	if dst.Is4() {
		return appendIPv4(b, src, dst, proto, ttl, size)
	}
	return appendIPv6(b, src, dst, proto, ttl, size)
}
