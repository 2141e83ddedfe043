package payload

import (
	"encoding/binary"
	"net/netip"
)

// big is the byte order of most protocols.
var big = binary.BigEndian

// id returns 64 bits derived from the token and salt. Each bit depends on each bit of
// the token (finalizer of SplitMix64), so that a part of them serves as an id even if
// tokens are consecutive.
func (q Query) id(salt string) uint64 {
	x := q.Token
	for i := range len(salt) {
		x = (x ^ uint64(salt[i])) * 0x100000001b3
	}
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (q Query) id16(salt string) uint16 { return uint16(q.id(salt)) }

func (q Query) id32(salt string) uint32 { return uint32(q.id(salt)) }

// positive returns an id that is a four-byte INTEGER in BER and DER and fits 31 bits.
func (q Query) positive(salt string) uint32 { return q.id32(salt)&0x3fffffff | 0x40000000 }

// is16, is32 and is64 report whether b has a number at an offset.
func is16(b []byte, at int, want uint16) bool {
	return len(b) >= at+2 && big.Uint16(b[at:]) == want
}

func is32(b []byte, at int, want uint32) bool {
	return len(b) >= at+4 && big.Uint32(b[at:]) == want
}

func is64(b []byte, at int, want uint64) bool {
	return len(b) >= at+8 && big.Uint64(b[at:]) == want
}

// hasPrefix is bytes.HasPrefix for a string, without a conversion.
func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

// appendHex appends x as 16 digits.
func appendHex(dst []byte, x uint64) []byte {
	for shift := 60; shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789abcdef"[x>>shift&15])
	}
	return dst
}

// appendHost appends address and port as in a URI. A zone has no meaning to the
// receiver and is omitted.
func appendHost(dst []byte, q Query) []byte {
	return netip.AddrPortFrom(q.To.Addr().Unmap().WithZone(""), q.To.Port()).AppendTo(dst)
}

// printable reports whether b is printable ASCII or white space.
func printable(b []byte) bool {
	for _, c := range b {
		if (c < ' ' || c > '~') && (c < '\t' || c > '\r') {
			return false
		}
	}
	return true
}

// tlv splits off the first element of a BER encoding with a one-byte tag and a definite
// length (X.690 section 8.1). ok is false if there is none, or if it is truncated.
func tlv(b []byte) (tag byte, value, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	tag, n, b := b[0], int(b[1]), b[2:]
	if n >= 0x80 {
		size := n & 0x7f
		if size == 0 || size > 3 || len(b) < size {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[:size] {
			n = n<<8 | int(c)
		}
		b = b[size:]
	}
	if n > len(b) {
		return 0, nil, nil, false
	}
	return tag, b[:n], b[n:], true
}

// element is tlv for an expected tag.
func element(b []byte, want byte) (value, rest []byte, ok bool) {
	tag, value, rest, ok := tlv(b)
	return value, rest, ok && tag == want
}

// Tags of BER.
const (
	berInteger  = 0x02
	berOctets   = 0x04
	berSequence = 0x30
)
