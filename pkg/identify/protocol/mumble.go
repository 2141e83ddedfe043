package protocol

// mumbleMatch recognizes the message Version, which the server sends first, inside TLS:
// type 0, length, and fields of Protocol Buffers (Mumble protocol, Mumble.proto).
func mumbleMatch(r *Reply) (m Match) {
	const limit = 512
	c := cursor{rest: r.Data}
	kind, length := c.u16(), int(c.u32())
	if !r.TLS || len(r.Data) == 0 || kind != 0 || len(r.Data) >= 6 && (length < 4 || length > limit) {
		return m
	}
	body := cursor{rest: c.bytes(length)}
	if c.short {
		m.More = !r.Ended
		return m
	}
	numbers, texts, ok := protobufFields(&body)
	version, has := numbers[1]
	if !ok || !has || version < 1<<16 || version >= 1<<24 || texts[2] == "" || texts[3] == "" {
		return m
	}
	m.Strength, m.Product, m.Version, m.OS = Certain, "Mumble", texts[2], texts[3]
	if texts[4] != "" {
		m.OS += " " + texts[4]
	}
	return m
}

// protobufFields reads fields 1 to 15 that are varints or text.
func protobufFields(c *cursor) (numbers map[byte]uint64, texts map[byte]string, ok bool) {
	numbers, texts = map[byte]uint64{}, map[byte]string{}
	for !c.short && len(c.rest) > 0 {
		switch key := c.u8(); {
		case key&0x80 != 0 || key>>3 == 0:
			return nil, nil, false
		case key&7 == 0:
			numbers[key>>3] = c.varint()
		case key&7 == 2:
			text := c.bytes(int(c.varint()))
			if !isText(text) {
				return nil, nil, false
			}
			texts[key>>3] = string(text)
		default:
			return nil, nil, false
		}
	}
	return numbers, texts, !c.short
}
