package wire

import (
	"encoding/binary"
	"net/netip"
)

const (
	ipv4Size       = 20     // header without options, in bytes
	dontFragment   = 0x4000 // flag DF
	fragmentOffset = 0x1fff
)

// parseIPv4 parses a packet (RFC 791 section 3.1). Bytes after its end are padding.
func parseIPv4(b []byte) (p IP, ok bool) {
	if len(b) < ipv4Size {
		return p, false
	}
	head, total := int(b[0]&0xf)*4, int(binary.BigEndian.Uint16(b[2:]))
	if head < ipv4Size || head > len(b) || total < head || binary.BigEndian.Uint16(b[6:])&fragmentOffset != 0 {
		return p, false
	}
	return IP{
		Src: netip.AddrFrom4([4]byte(b[12:16])), Dst: netip.AddrFrom4([4]byte(b[16:20])),
		Proto: b[9], TTL: b[8],
		Size: total - head, Payload: b[head:min(total, len(b))],
	}, true
}

// HeaderIntact reports whether the checksum of an IPv4 header is right.
func HeaderIntact(b []byte) bool {
	head := int(b[0]&0xf) * 4
	return head <= len(b) && fold(sum(0, b[:head])) == 0
}

// appendIPv4 appends a header with DF, whose identification may have any value (RFC
// 6864 section 4.1).
func appendIPv4(b []byte, src, dst netip.Addr, proto, ttl uint8, size int) []byte {
	start := len(b)
	b = append(b, 4<<4|ipv4Size/4, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(ipv4Size+size))
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint16(b, dontFragment)
	b = append(b, ttl, proto, 0, 0)
	s, d := src.As4(), dst.As4()
	b = append(append(b, s[:]...), d[:]...)
	binary.BigEndian.PutUint16(b[start+10:], fold(sum(0, b[start:])))
	return b
}
