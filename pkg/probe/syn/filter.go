package syn

import (
	"golang.org/x/net/bpf"

	"portkit/pkg/wire"
)

// The filters see a packet from its IP header on. They accept every packet that may
// be a reply to a port of the block, and more, such as all packets with IPv6 extension
// headers: accepted packets are parsed again.

// block is a range of source ports: a power of two of them, the first a multiple of
// the size.
type block struct{ first, size uint16 }

// find returns the position of a port in the block; ok is false if it is outside.
func (b block) find(port uint16) (i int, ok bool) {
	return int(port & (b.size - 1)), port&^(b.size-1) == b.first
}

// wholePacket is more bytes than any packet has.
const wholePacket = 1 << 16

// accept and drop are jump targets, which resolveJumps replaces by distances.
const (
	accept = 254
	drop   = 255
)

// resolveJumps appends the two final instructions and replaces the jumps to accept and drop.
func resolveJumps(code []bpf.Instruction) []bpf.Instruction {
	for i, c := range code {
		j, ok := c.(bpf.JumpIf)
		if !ok {
			continue
		}
		for _, skip := range []*uint8{&j.SkipTrue, &j.SkipFalse} {
			switch *skip {
			case drop:
				*skip = uint8(len(code) - i - 1)
			case accept:
				*skip = uint8(len(code) - i)
			}
		}
		code[i] = j
	}
	return append(code, bpf.RetConstant{Val: 0}, bpf.RetConstant{Val: wholePacket})
}

// acceptInBlock accepts the packet if the accumulator is a port of the block.
func (b block) acceptInBlock() []bpf.Instruction {
	return []bpf.Instruction{
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: uint32(^(b.size - 1))},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(b.first), SkipTrue: accept, SkipFalse: drop},
	}
}

// filter4 accepts IPv4 packets: TCP to a port of the block, and ICMP errors about TCP
// from one.
func (b block) filter4() []bpf.Instruction {
	tcp := append([]bpf.Instruction{
		bpf.LoadIndirect{Off: 2, Size: 2}, // destination port
	}, b.acceptInBlock()...)
	code := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 6, Size: 2}, // fragment offset
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: 0x1fff, SkipTrue: drop},
		bpf.LoadMemShift{Off: 0}, // X: header length
		bpf.LoadAbsolute{Off: 9, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoTCP, SkipFalse: uint8(len(tcp))},
	}
	code = append(code, tcp...)
	code = append(
		code,
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoICMP, SkipFalse: drop},
		bpf.LoadIndirect{Off: 0, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ICMPUnreachable, SkipTrue: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ICMPParameterProblem, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ICMPTimeExceeded, SkipFalse: drop},
		bpf.LoadIndirect{Off: 8, Size: 1}, // version and length of the quoted header
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
		bpf.ALUOpX{Op: bpf.ALUOpAdd},
		bpf.TAX{},
		bpf.LoadIndirect{Off: 8, Size: 2}, // quoted source port
	)
	return resolveJumps(append(code, b.acceptInBlock()...))
}

// filter6 does the same for IPv6. It also accepts neighbor advertisements and packets
// with extension headers.
func (b block) filter6() []bpf.Instruction {
	tcp := append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 42, Size: 2}, // destination port
	}, b.acceptInBlock()...)
	code := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 6, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoTCP, SkipFalse: uint8(len(tcp))},
	}
	code = append(code, tcp...)
	for _, extension := range wire.Extensions() {
		code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(extension), SkipTrue: accept})
	}
	code = append(
		code,
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoICMPv6, SkipFalse: drop},
		bpf.LoadAbsolute{Off: 40, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.Advertisement, SkipTrue: accept},
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: wire.ICMPv6ParameterProblem, SkipTrue: drop},
		bpf.LoadAbsolute{Off: 54, Size: 1}, // next header of the quoted header
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoTCP, SkipFalse: accept},
		bpf.LoadAbsolute{Off: 88, Size: 2}, // quoted source port
	)
	return resolveJumps(append(code, b.acceptInBlock()...))
}
