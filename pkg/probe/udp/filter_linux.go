package udp

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/net/bpf"
)

// Offset of the IP header (SKF_NET_OFF, socket(7)) and of the source address in it (RFC 791
// section 3.1, RFC 8200 section 3).
const (
	networkHeader = uint32(1<<32 - 0x100000)
	source4       = 12
	source6       = 8
)

// dropFrom returns a filter that drops datagrams from addresses of one family.
func dropFrom(from []netip.Addr) []bpf.Instruction {
	var code []bpf.Instruction
	for _, a := range from {
		ip, at := a.AsSlice(), networkHeader+source4
		if a.Is6() {
			at = networkHeader + source6
		}
		words := len(ip) / 4
		for w := range words {
			code = append(code,
				bpf.LoadAbsolute{Off: at + uint32(4*w), Size: 4},
				// Continue with the next address if a word differs.
				bpf.JumpIf{Cond: bpf.JumpEqual, Val: binary.BigEndian.Uint32(ip[4*w:]), SkipFalse: uint8(2*(words-w-1) + 1)},
			)
		}
		code = append(code, bpf.RetConstant{Val: 0})
	}
	return append(code, bpf.RetConstant{Val: 1<<32 - 1})
}
