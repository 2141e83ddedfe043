package protocol

import (
	"encoding/binary"
	"strings"
)

// cassandraRequest is OPTIONS of version 4 (CQL binary protocol, section 4.1.3), which
// needs no user.
func cassandraRequest(*Target) []byte { return []byte("\x04\x00\x56\x0b\x05\x00\x00\x00\x00") }

// cassandraMatch recognizes SUPPORTED, or the error of a server that has other versions
// only. Both have the stream of the request.
func cassandraMatch(r *Reply) (m Match) {
	const failure, supported, response = 0, 6, 0x80
	c := cursor{rest: r.Data}
	version, _, stream, code := c.u8(), c.u8(), c.bytes(2), c.u8()
	length := int(c.u32())
	switch {
	case !r.For("cassandra") || len(r.Data) == 0 || version&response == 0 || version&0x7f < 1 || version&0x7f > 6,
		len(r.Data) >= 4 && string(stream) != string(r.Sent[2:4]),
		len(r.Data) >= 5 && code != failure && code != supported,
		len(r.Data) >= 9 && length > 16<<10:
		return m
	}
	body := cursor{rest: c.bytes(length)}
	if c.short {
		m.More = !r.Ended
		return m
	}
	if code == failure {
		body.u32()
		text := body.bytes(int(body.u16()))
		if len(text) > 0 && isText(text) && !body.short {
			m.Strength = Certain
		}
		return m
	}
	options, ok := cassandraOptions(&body)
	if ok && options["CQL_VERSION"] {
		m.Strength = Certain
	}
	for name := range options {
		if strings.HasPrefix(name, "SCYLLA_") {
			m.Product = "ScyllaDB"
		}
	}
	return m
}

// cassandraOptions reads the names of a string multimap.
func cassandraOptions(c *cursor) (names map[string]bool, ok bool) {
	names = map[string]bool{}
	for n := c.u16(); n > 0 && !c.short; n-- {
		names[string(c.bytes(int(c.u16())))] = true
		for values := c.u16(); values > 0 && !c.short; values-- {
			c.bytes(int(c.u16()))
		}
	}
	return names, c.done()
}

// kafkaRequest is ApiVersions of version 0 (Apache Kafka protocol guide): key, version,
// correlation id, client id.
func kafkaRequest(t *Target) []byte {
	id := t.Agent[:min(len(t.Agent), 100)]
	b := binary.BigEndian.AppendUint32(nil, uint32(8+2+len(id)))
	b = append(b, 0, 18, 0, 0, 'p', 'o', 'r', 't')
	return append(binary.BigEndian.AppendUint16(b, uint16(len(id))), id...)
}

// kafkaMatch recognizes the reply: the correlation id, and a key with its lowest and
// highest version each.
func kafkaMatch(r *Reply) (m Match) {
	const apiVersions, limit = 18, 4 << 10
	c := cursor{rest: r.Data}
	length, id := int(c.u32()), string(c.bytes(4))
	code, count := c.u16(), int(c.u32())
	switch {
	case !r.For("kafka") || len(r.Data) == 0 || len(r.Data) >= 4 && (length < 10 || length > limit) || len(r.Data) >= 8 && id != "port",
		len(r.Data) >= 14 && (code != 0 || length != 10+6*count):
		return m
	case len(r.Data) < 14 || len(r.Data) < 4+length:
		m.More = !r.Ended
		return m
	}
	own := false
	for range count {
		key, lowest, highest := c.u16(), c.u16(), c.u16()
		if lowest > highest || key > 1000 {
			return m
		}
		own = own || key == apiVersions
	}
	if own && c.done() {
		m.Strength = Certain
	}
	return m
}
