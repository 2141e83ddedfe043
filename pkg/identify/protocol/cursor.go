package protocol

import "encoding/binary"

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
