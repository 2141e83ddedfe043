package protocol

import (
	"encoding/binary"
	"time"
)

// kerberosRequest is an AS-REQ without the name of a client, for a realm that does not
// exist (RFC 4120 section 5.4.1, RFC 6761 section 6.4). A KDC replies with an error.
func kerberosRequest(*Target) []byte {
	field := func(n byte, contents ...string) string { return ber(0xa0|n, contents...) }
	text := func(s string) string { return ber(0x1b, s) }
	server := ber(berSequence, field(0, "\x02\x01\x02"), field(1, ber(berSequence, text("krbtgt"), text("INVALID"))))
	body := ber(berSequence,
		field(0, "\x03\x05\x00\x00\x00\x00\x00"), field(2, text("INVALID")), field(3, server), // options, realm, server
		field(5, ber(0x18, "19700101000000Z")), field(7, "\x02\x04\x50\x4f\x52\x54"), // till, nonce
		field(8, ber(berSequence, "\x02\x01\x12\x02\x01\x11"))) // AES-256, AES-128
	b := ber(0x6a, ber(berSequence, field(1, "\x02\x01\x05"), field(2, "\x02\x01\x0a"), field(4, body)))
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
}

// kerberosMatch recognizes a KRB-ERROR (RFC 4120 section 5.9.1) with the length that TCP
// requires (section 7.2.2). A KDC sends it in reply to most requests.
func kerberosMatch(r *Reply) (m Match) {
	const krbError = 0x7e
	c := cursor{rest: r.Data}
	length := int(c.u32())
	if len(r.Data) >= 4 && (length < 30 || length > 8<<10) || len(r.Data) > 4 && r.Data[4] != krbError {
		return m
	}
	body := cursor{rest: c.bytes(length)}
	if c.short {
		m.More = !r.Ended
		return m
	}
	fields := body.expect(krbError).expect(berSequence)
	if !body.done() || fields.expect(0xa0).integer(berInteger) != 5 || fields.expect(0xa1).integer(berInteger) != 30 {
		return m
	}
	seen := map[byte]*cursor{}
	for len(fields.rest) > 0 {
		tag, value := fields.element()
		seen[tag] = value
	}
	// The time, its microseconds, the code, the realm and the name of the server are
	// mandatory.
	for _, tag := range []byte{0xa4, 0xa5, 0xa6, 0xa9, 0xaa} {
		if seen[tag] == nil {
			return m
		}
	}
	_, err := time.Parse("20060102150405Z", string(seen[0xa4].expect(0x18).rest))
	if err != nil || fields.short {
		return m
	}
	m.Strength = Certain
	return m
}
