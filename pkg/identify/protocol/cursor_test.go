package protocol

import "testing"

func TestCursorReadsFields(t *testing.T) {
	c := cursor{rest: []byte("\x01\x01\x02\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x06\x07\x00\x08\x00\x00\x00text\x00")}
	if a, b, d, e := c.u8(), c.u16(), c.u32(), c.u64(); a != 1 || b != 0x102 || d != 5 || e != 6 {
		t.Errorf("u8, u16, u32, u64: %d, %d, %d, %d", a, b, d, e)
	}
	if a, b, s := c.le16(), c.le32(), c.zstring(); a != 7 || b != 8 || s != "text" {
		t.Errorf("le16, le32, zstring: %d, %d, %q", a, b, s)
	}
	if !c.done() {
		t.Errorf("%+v, want done", c)
	}
}

func TestCursorStaysShort(t *testing.T) {
	for name, read := range map[string]func(*cursor){
		"u16":      func(c *cursor) { c.u16() },
		"u32":      func(c *cursor) { c.u32() },
		"u64":      func(c *cursor) { c.u64() },
		"le16":     func(c *cursor) { c.le16() },
		"le32":     func(c *cursor) { c.le32() },
		"zstring":  func(c *cursor) { c.zstring() },
		"bytes":    func(c *cursor) { c.bytes(2) },
		"negative": func(c *cursor) { c.bytes(-1) },
	} {
		c := cursor{rest: []byte{1}}
		if read(&c); !c.short || c.done() || c.u8() != 0 || c.bytes(0) != nil {
			t.Errorf("%s: %+v, want short", name, c)
		}
	}
}
