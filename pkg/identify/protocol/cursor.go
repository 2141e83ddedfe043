package protocol

import (
	"encoding/binary"
	"strings"
)

// cursor reads the fields of a binary message. A read beyond the end returns zero and
// sets short, and so do all reads after it.
type cursor struct {
	rest  []byte
	short bool
}

// bytes returns the next n bytes, which share memory with the message.
func (c *cursor) bytes(n int) []byte {
	if c.short || n < 0 || n > len(c.rest) {
		c.short, c.rest = true, nil
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cursor) u8() byte {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// u16, u32 and u64 read numbers in network byte order.
func (c *cursor) u16() uint16 {
	if b := c.bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// le16 and le32 read numbers in little-endian byte order.
func (c *cursor) le16() uint16 {
	if b := c.bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) le32() uint32 {
	if b := c.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// zstring reads a string up to its NUL, which is not part of the result.
func (c *cursor) zstring() string {
	for i, b := range c.rest {
		if b == 0 {
			s := string(c.rest[:i])
			c.rest = c.rest[i+1:]
			return s
		}
	}
	c.short, c.rest = true, nil
	return ""
}

// done reports whether the message was read completely, and nothing was missing.
func (c *cursor) done() bool { return !c.short && len(c.rest) == 0 }

// element reads an element of BER with a tag of one byte and a definite length (X.690
// section 8.1).
func (c *cursor) element() (tag byte, value *cursor) {
	tag = c.u8()
	n := int(c.u8())
	if n >= 0x80 {
		size := n & 0x7f
		if size == 0 || size > 4 {
			c.short = true
		}
		n = 0
		for _, b := range c.bytes(size) {
			n = n<<8 | int(b)
		}
	}
	if b := c.bytes(n); !c.short {
		return tag, &cursor{rest: b}
	}
	return 0, &cursor{short: true}
}

// expect reads an element with that tag. Another tag makes c short.
func (c *cursor) expect(want byte) *cursor {
	tag, value := c.element()
	if tag != want || c.short {
		c.short = true
		return &cursor{short: true}
	}
	return value
}

// integer reads an INTEGER or ENUMERATED of at most four bytes.
func (c *cursor) integer(want byte) int {
	v, n := c.expect(want), 0
	if len(v.rest) == 0 || len(v.rest) > 4 {
		c.short = true
		return 0
	}
	for _, b := range v.rest {
		n = n<<8 | int(b)
	}
	return n
}

// Tags of BER.
const (
	berInteger  = 0x02
	berOctets   = 0x04
	berEnum     = 0x0a
	berSequence = 0x30
	berSet      = 0x31
)

// ber returns an element of BER of these contents.
func ber(tag byte, contents ...string) string {
	value := strings.Join(contents, "")
	switch n := len(value); {
	case n < 0x80:
		return string([]byte{tag, byte(n)}) + value
	case n < 0x100:
		return string([]byte{tag, 0x81, byte(n)}) + value
	default:
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + value
	}
}

// varint reads a number in groups of seven bits, the lowest first.
func (c *cursor) varint() (n uint64) {
	for shift := 0; shift < 70; shift += 7 {
		b := c.u8()
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			return n
		}
	}
	c.short, c.rest = true, nil
	return 0
}
