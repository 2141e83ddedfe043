package wire

import (
	"encoding/binary"
	"net/netip"
)

// Flags of a TCP segment (RFC 9293 section 3.1).
const (
	FlagSYN = 0x02
	FlagRST = 0x04
	FlagACK = 0x10
)

const tcpSize = 20 // of a header without options, in bytes

// SYNSize and RSTSize are the sizes of segments of AppendSYN and AppendRST, in
// bytes.
const (
	SYNSize = tcpSize + 4
	RSTSize = tcpSize
)

// window is what a SYN offers, in bytes: as much as goes without scaling.
const window = 65535

// TCP is the header of a segment.
type TCP struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            uint8
}

// ParseTCP reads a segment's header. Its options are left alone, but must be
// inside the segment, which by the packet's header is of a size in bytes.
func ParseTCP(b []byte, size int) (t TCP, ok bool) {
	if len(b) < tcpSize {
		return t, false
	}
	if head := int(b[12]>>4) * 4; head < tcpSize || head > size {
		return t, false
	}
	return TCP{
		SrcPort: binary.BigEndian.Uint16(b), DstPort: binary.BigEndian.Uint16(b[2:]),
		Seq: binary.BigEndian.Uint32(b[4:]), Ack: binary.BigEndian.Uint32(b[8:]),
		Flags: b[13],
	}, true
}

// ParseQuotedTCP reads the eight bytes of a segment that ICMP quotes at least
// (RFC 792): the ports and the sequence number.
func ParseQuotedTCP(b []byte) (t TCP, ok bool) {
	if len(b) < 8 {
		return t, false
	}
	return TCP{
		SrcPort: binary.BigEndian.Uint16(b), DstPort: binary.BigEndian.Uint16(b[2:]),
		Seq: binary.BigEndian.Uint32(b[4:]),
	}, true
}

// AppendSYN appends a segment that asks for a connection and offers to take
// segments of up to mss bytes.
func AppendSYN(b []byte, from, to netip.AddrPort, seq uint32, mss uint16) []byte {
	start := len(b)
	b = appendTCP(b, from, to, seq, SYNSize, FlagSYN, window)
	b = append(b, 2, 4) // maximum segment size
	b = binary.BigEndian.AppendUint16(b, mss)
	return sumTCP(b, start, from, to)
}

// AppendRST appends a segment that ends a connection.
func AppendRST(b []byte, from, to netip.AddrPort, seq uint32) []byte {
	start := len(b)
	b = appendTCP(b, from, to, seq, RSTSize, FlagRST, 0)
	return sumTCP(b, start, from, to)
}

// appendTCP appends a header without options and checksum; size is that with the
// options.
func appendTCP(b []byte, from, to netip.AddrPort, seq uint32, size, flags uint8, window uint16) []byte {
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, seq)
	b = append(b, 0, 0, 0, 0, size/4<<4, flags)
	b = binary.BigEndian.AppendUint16(b, window)
	return append(b, 0, 0, 0, 0) // checksum, urgent pointer
}

// sumTCP puts the checksum into the segment that starts somewhere in b.
func sumTCP(b []byte, start int, from, to netip.AddrPort) []byte {
	acc := pseudo(from.Addr(), to.Addr(), ProtoTCP, len(b)-start)
	binary.BigEndian.PutUint16(b[start+16:], fold(sum(acc, b[start:])))
	return b
}
