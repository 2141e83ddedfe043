package lab

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

func protocol(p byte) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{p}},
	}
}

func ipFamily(f byte) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{f}},
	}
}

// destination matches packets sent to a prefix.
func destination(p netip.Prefix) []expr.Any {
	load, size := loadDestination(p.Addr().Is4())
	return append(load,
		&expr.Bitwise{
			SourceRegister: 1, DestRegister: 1, Len: size,
			Mask: net.CIDRMask(p.Bits(), int(size)*8), Xor: make([]byte, size),
		},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: p.Addr().AsSlice()})
}

// loadDestination loads the destination address of an IPv4 (RFC 791 section
// 3.1) or IPv6 packet (RFC 8200 section 3); other packets do not match.
func loadDestination(v4 bool) (exprs []expr.Any, size uint32) { return loadAddress(v4, 16, 24) }

// loadSource loads the source address.
func loadSource(v4 bool) (exprs []expr.Any, size uint32) { return loadAddress(v4, 12, 8) }

func loadAddress(v4 bool, offset4, offset6 uint32) (exprs []expr.Any, size uint32) {
	family, offset, size := byte(unix.NFPROTO_IPV4), offset4, uint32(4)
	if !v4 {
		family, offset, size = unix.NFPROTO_IPV6, offset6, 16
	}
	return append(ipFamily(family), &expr.Payload{
		DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: size,
	}), size
}

// neighborDiscovery matches ICMPv6 types 133 to 137, RFC 4861 section 4.
func neighborDiscovery() []expr.Any {
	return append(protocol(unix.IPPROTO_ICMPV6),
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 0, Len: 1},
		&expr.Range{Op: expr.CmpOpEq, Register: 1, FromData: []byte{133}, ToData: []byte{137}})
}

// portSet makes a set of ports and returns the look-up in it.
func (f *firewall) portSet(ports []portRange) (expr.Any, error) {
	set := &nftables.Set{
		Table: f.table, Name: unique("ports"), ID: setID(), Interval: true,
		KeyType: nftables.TypeInetService,
	}
	if err := f.conn.AddSet(set, nil); err != nil {
		return nil, err
	}
	var all []nftables.SetElement
	for _, r := range ports {
		all = append(all, nftables.SetElement{Key: binary.BigEndian.AppendUint16(nil, r.lo)})
		if r.hi < 65535 {
			end := binary.BigEndian.AppendUint16(nil, r.hi+1)
			all = append(all, nftables.SetElement{Key: end, IntervalEnd: true})
		}
	}
	// One message holds at most 64 KiB of elements.
	for len(all) > 0 {
		n := min(len(all), 1000)
		if err := f.conn.SetAddElements(set, all[:n]); err != nil {
			return nil, err
		}
		all = all[n:]
	}
	return &expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID}, nil
}

// unique makes a name that no other table or set of the namespace has.
func unique(what string) string { return fmt.Sprintf("%s%016x", what, rand.Uint64()) }

// setID names a set within its transaction. The library's own numbers come
// from a counter that parallel tests would race for.
func setID() uint32 { return rand.Uint32() | 1 }
