package target

import (
	"encoding/binary"
	"net/netip"

	"lukechampine.com/uint128"
)

// number is an address as an integer. IPv4 addresses are below 2³².
type number = uint128.Uint128

// span is a range of numbers of one family, including both ends.
type span struct{ lo, hi number }

// mapped returns ::ffff:0:0/96 (RFC 4291 section 2.5.5.2).
func mapped() span {
	return span{uint128.New(0xffff<<32, 0), uint128.New(0xffff<<32|0xffffffff, 0)}
}

func (f family) addr(n number, zone string) netip.Addr {
	if f == v4 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(n.Lo))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], n.Hi)
	binary.BigEndian.PutUint64(b[8:], n.Lo)
	a := netip.AddrFrom16(b)
	if zone != "" {
		a = a.WithZone(zone)
	}
	return a
}

// split returns the family and number of an address; none for the zero Addr.
func split(a netip.Addr) (family, number) {
	switch {
	case a.Is4():
		b := a.As4()
		return v4, uint128.From64(uint64(binary.BigEndian.Uint32(b[:])))
	case a.Is6():
		b := a.As16()
		return v6, uint128.FromBytesBE(b[:])
	}
	return none, number{}
}

func minimum(a, b number) number {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

func maximum(a, b number) number {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}
