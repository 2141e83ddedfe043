package protocol

import (
	"encoding/binary"
	"strings"
)

const (
	p9Version = 100 // Tversion
	p9Tag     = 0xffff
	p9Max     = 8192
)

// p9Request is Tversion (Plan 9 manual, section 5, version).
func p9Request(*Target) []byte {
	const version = "9P2000.L"
	b := binary.LittleEndian.AppendUint32(nil, uint32(4+1+2+4+2+len(version)))
	b = binary.LittleEndian.AppendUint16(append(b, p9Version), p9Tag)
	b = binary.LittleEndian.AppendUint32(b, p9Max)
	return append(append(b, byte(len(version)), 0), version...)
}

// p9Match recognizes Rversion.
func p9Match(r *Reply) (m Match) {
	c := cursor{rest: r.Data}
	size := int(c.le32())
	kind, tag, limit := c.u8(), c.le16(), c.le32()
	version := string(c.bytes(int(c.le16())))
	switch {
	case len(r.Data) >= 4 && (size < 13+2 || size > 13+64) || len(r.Data) > 4 && kind != p9Version+1 || len(r.Data) >= 7 && tag != p9Tag:
		return m
	case c.short || len(r.Data) < size:
		m.More = len(r.Data) > 0 && !r.Ended
	case len(r.Data) == size && c.done() && limit > 0 && limit <= p9Max && (strings.HasPrefix(version, "9P") || version == "unknown"):
		m.Strength = Certain
	}
	return m
}
