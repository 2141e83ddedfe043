package protocol

import "strings"

// mqttRequest is a CONNECT of a protocol level that does not exist (MQTT 3.1.1 section
// 3.1.2.2): the server refuses it, so there is no session.
func mqttRequest(t *Target) []byte {
	id := mqttID(t.Agent)
	b := append([]byte{0x10, byte(10 + 2 + len(id))}, "\x00\x04MQTT\x63\x02\x00\x3c"...) // level 99, clean session, 60 s
	return append(append(b, 0, byte(len(id))), id...)
}

// mqttID returns the characters that every server permits in a client identifier, at
// most 23 (section 3.1.3.1).
func mqttID(agent string) string {
	id := strings.Map(func(r rune) rune {
		if r < 0x80 && (isLetter(byte(r)) || r >= '0' && r <= '9') {
			return r
		}
		return -1
	}, agent)
	return id[:min(len(id), 23)]
}

// mqttMatch recognizes a CONNACK: of MQTT 3.1.1 (section 3.2), or of MQTT 5, which has a
// reason from 0x80 and properties.
func mqttMatch(r *Reply) (m Match) {
	const connack = 0x20
	c := cursor{rest: r.Data}
	kind, length := c.u8(), int(c.u8())
	flags, code := c.u8(), c.u8()
	if kind != connack || len(r.Data) > 1 && (length < 2 || length > 127) {
		return m
	}
	if len(r.Data) < 2+max(length, 2) {
		m.More = !r.Ended
		return m
	}
	if len(r.Data) != 2+length || flags != 0 || length == 2 && code > 5 && code < 0x80 ||
		length > 2 && (code < 0x80 || int(c.u8()) != length-3) {
		return m
	}
	if m.Strength = Likely; r.For("mqtt") {
		m.Strength = Certain
	}
	return m
}
