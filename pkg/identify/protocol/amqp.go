package protocol

import "strings"

// amqpRequest is the protocol header of AMQP 0-9-1. A server of another version replies
// with its own header, and closes.
func amqpRequest(*Target) []byte { return []byte("AMQP\x00\x00\x09\x01") }

// amqpHeaders are the protocol headers: of 0-9-1, 0-9, 0-8 and 0-10 (0-9-1 section
// 4.2.2), and of 1.0 without and with TLS and SASL (1.0 sections 2.2, 5.2.1, 5.3.1).
var amqpHeaders = []string{
	"AMQP\x00\x00\x09\x01", "AMQP\x00\x00\x09\x00", "AMQP\x01\x01\x00\x09", "AMQP\x01\x01\x08\x00", "AMQP\x01\x01\x00\x0a",
	"AMQP\x00\x01\x00\x00", "AMQP\x02\x01\x00\x00", "AMQP\x03\x01\x00\x00",
}

// amqpMatch recognizes a protocol header that was not sent, and Connection.Start.
func amqpMatch(r *Reply) (m Match) {
	data := string(r.Data)
	for _, h := range amqpHeaders {
		if strings.HasPrefix(data, h) && !strings.HasPrefix(string(r.Sent), h) {
			m.Strength = Certain
			return m
		}
		m.More = m.More || strings.HasPrefix(h, data) && !r.Ended
	}
	const method, end, limit = 1, 0xce, 16 << 10
	c := cursor{rest: r.Data}
	kind, channel, length := c.u8(), c.u16(), int(c.u32())
	if len(data) == 0 || kind != method || channel != 0 || len(data) >= 7 && length > limit {
		return m
	}
	body := cursor{rest: c.bytes(length)}
	if last := c.u8(); c.short || last != end {
		m.More = c.short && !r.Ended
		return m
	}
	return amqpStart(&body)
}

// amqpStart parses Connection.Start, class 10 and method 10 (0-9-1 section 1.4.2.1):
// version, properties of the server, mechanisms, locales.
func amqpStart(c *cursor) (m Match) {
	if string(c.bytes(6)) != "\x00\x0a\x00\x0a\x00\x09" {
		return m
	}
	properties := map[string]string{}
	ok := amqpTable(&cursor{rest: c.bytes(int(c.u32()))}, properties, 0)
	c.bytes(int(c.u32()))
	c.bytes(int(c.u32()))
	if !ok || !c.done() {
		return m
	}
	m.Strength, m.Product, m.Version = Certain, properties["product"], properties["version"]
	return m
}

// amqpTable reads a field table (section 4.2.5.5), and collects its strings.
func amqpTable(c *cursor, into map[string]string, depth int) bool {
	for !c.short && len(c.rest) > 0 {
		name := string(c.bytes(int(c.u8())))
		switch kind := c.u8(); kind {
		case 't', 'b', 'B':
			c.bytes(1)
		case 's', 'u', 'U':
			c.bytes(2)
		case 'I', 'i', 'f':
			c.bytes(4)
		case 'l', 'L', 'd', 'T':
			c.bytes(8)
		case 'D':
			c.bytes(5)
		case 'V':
		case 'S', 'x', 'A', 'F':
			value := c.bytes(int(c.u32()))
			if kind == 'S' && into != nil {
				into[name] = string(value)
			}
			if kind == 'F' && (depth > 2 || !amqpTable(&cursor{rest: value}, nil, depth+1)) {
				return false
			}
		default:
			return false
		}
	}
	return !c.short
}
