package syn

import (
	"golang.org/x/net/bpf"

	"portkit/pkg/wire"
)

// A filter sees a packet from its IP header on, and lets through what may be an
// answer to one of a block's ports. Whatever it lets through is looked at again,
// so it may be generous, where a packet has extension headers say.

// block is source ports, a power of two of them, the first a multiple of it.
type block struct{ first, size uint16 }

// has says that a port is in the block, and which it is there.
func (b block) has(port uint16) (i int, ok bool) {
	return int(port & (b.size - 1)), port&^(b.size-1) == b.first
}

// all is how much of a packet is kept: more than there is room for.
const all = 1 << 16

// take and drop are where a filter jumps to; resolve puts the distance in.
const (
	take = 254
	drop = 255
)

// resolve replaces jumps to take and drop by their distances, and adds the two
// ends.
func resolve(code []bpf.Instruction) []bpf.Instruction {
	for i, c := range code {
		j, ok := c.(bpf.JumpIf)
		if !ok {
			continue
		}
		for _, skip := range []*uint8{&j.SkipTrue, &j.SkipFalse} {
			switch *skip {
			case drop:
				*skip = uint8(len(code) - i - 1)
			case take:
				*skip = uint8(len(code) - i)
			}
		}
		code[i] = j
	}
	return append(code, bpf.RetConstant{Val: 0}, bpf.RetConstant{Val: all})
}

// inBlock takes the packet if the accumulator is one of the block's ports.
func (b block) inBlock() []bpf.Instruction {
	return []bpf.Instruction{
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: uint32(^(b.size - 1))},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(b.first), SkipTrue: take, SkipFalse: drop},
	}
}

// filter4 is for IPv4: TCP to one of the ports, and ICMP errors about TCP from
// one of them.
func (b block) filter4() []bpf.Instruction {
	tcp := append([]bpf.Instruction{
		bpf.LoadIndirect{Off: 2, Size: 2}, // destination port
	}, b.inBlock()...)
	code := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 6, Size: 2}, // fragment offset
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: 0x1fff, SkipTrue: drop},
		bpf.LoadMemShift{Off: 0}, // X: size of the header
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
		bpf.LoadIndirect{Off: 8, Size: 1}, // the quoted header's version and size
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
		bpf.ALUOpX{Op: bpf.ALUOpAdd},
		bpf.TAX{},
		bpf.LoadIndirect{Off: 8, Size: 2}, // the quoted source port
	)
	return resolve(append(code, b.inBlock()...))
}

// filter6 is the same for IPv6, and takes advertisements of neighbors too. What
// has extension headers is taken.
func (b block) filter6() []bpf.Instruction {
	tcp := append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 42, Size: 2}, // destination port
	}, b.inBlock()...)
	code := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 6, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoTCP, SkipFalse: uint8(len(tcp))},
	}
	code = append(code, tcp...)
	for _, extension := range wire.Extensions() {
		code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(extension), SkipTrue: take})
	}
	code = append(
		code,
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoICMPv6, SkipFalse: drop},
		bpf.LoadAbsolute{Off: 40, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.Advertisement, SkipTrue: take},
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: wire.ICMPv6ParameterProblem, SkipTrue: drop},
		bpf.LoadAbsolute{Off: 54, Size: 1}, // what the quoted header carries
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoTCP, SkipFalse: take},
		bpf.LoadAbsolute{Off: 88, Size: 2}, // the quoted source port
	)
	return resolve(append(code, b.inBlock()...))
}
