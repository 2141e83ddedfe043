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

const tcpSize = 20 // header without options, in bytes

// SYNSize and RSTSize are the sizes of segments of AppendSYN and AppendRST, in
// bytes.
const (
	SYNSize = tcpSize + 4
	RSTSize = tcpSize
)

// window is the receive window of a SYN: the maximum without scaling.
const window = 65535

// TCP is the header of a segment.
type TCP struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            uint8
}

// ParseTCP parses the header of a segment of size bytes, which may be truncated.
// Options are not parsed.
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

// ParseQuotedTCP parses the first eight bytes of a segment, the minimum that ICMP
// quotes (RFC 792): ports and sequence number.
func ParseQuotedTCP(b []byte) (t TCP, ok bool) {
	if len(b) < 8 {
		return t, false
	}
	return TCP{
		SrcPort: binary.BigEndian.Uint16(b), DstPort: binary.BigEndian.Uint16(b[2:]),
		Seq: binary.BigEndian.Uint32(b[4:]),
	}, true
}

// AppendSYN appends a SYN with a maximum segment size of mss bytes.
func AppendSYN(b []byte, from, to netip.AddrPort, seq uint32, mss uint16) []byte {
	start := len(b)
	b = appendTCP(b, from, to, seq, SYNSize, FlagSYN, window)
	b = append(b, 2, 4) // maximum segment size
	b = binary.BigEndian.AppendUint16(b, mss)
	return sumTCP(b, start, from, to)
}

// AppendRST appends a reset.
func AppendRST(b []byte, from, to netip.AddrPort, seq uint32) []byte {
	start := len(b)
	b = appendTCP(b, from, to, seq, RSTSize, FlagRST, 0)
	return sumTCP(b, start, from, to)
}

// appendTCP appends a header without options and checksum. size includes the options.
func appendTCP(b []byte, from, to netip.AddrPort, seq uint32, size, flags uint8, window uint16) []byte {
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, seq)
	b = append(b, 0, 0, 0, 0, size/4<<4, flags)
	b = binary.BigEndian.AppendUint16(b, window)
	return append(b, 0, 0, 0, 0) // checksum, urgent pointer
}

// sumTCP sets the checksum of the segment at b[start:].
func sumTCP(b []byte, start int, from, to netip.AddrPort) []byte {
	acc := pseudo(from.Addr(), to.Addr(), ProtoTCP, len(b)-start)
	binary.BigEndian.PutUint16(b[start+16:], fold(sum(acc, b[start:])))
	return b
}
