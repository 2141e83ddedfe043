package protocol

import (
	"encoding/binary"
	"strconv"
)

// mssqlRequest is a PRELOGIN ([MS-TDS] section 2.2.6.5): version and encryption, and no
// user.
func mssqlRequest(*Target) []byte {
	options := "\x00\x00\x0b\x00\x06" + "\x01\x00\x11\x00\x01" + "\xff"
	data := options + "\x00\x00\x00\x00\x00\x00" + "\x00" // version of the client, encryption is off
	b := binary.BigEndian.AppendUint16([]byte{0x12, 1}, uint16(8+len(data)))
	return append(append(b, 0, 0, 1, 0), data...)
}

// mssqlMatch recognizes the reply: a packet of type 4 with options of the same form.
func mssqlMatch(r *Reply) (m Match) {
	const reply, end, limit = 4, 1, 512
	c := cursor{rest: r.Data}
	kind, status, length := c.u8(), c.u8(), int(c.u16())
	if kind != reply || len(r.Data) > 1 && status != end || len(r.Data) >= 4 && (length < 8+6+6 || length > limit) {
		return m
	}
	c.bytes(4) // channel, packet, window
	body := c.bytes(length - 8)
	if c.short {
		m.More = !r.Ended
		return m
	}
	if version := mssqlVersion(body); version != nil && len(c.rest) == 0 {
		m.Strength, m.Product = Certain, "Microsoft SQL Server"
		m.Version = strconv.Itoa(int(version[0])) + "." + strconv.Itoa(int(version[1])) + "." +
			strconv.Itoa(int(binary.BigEndian.Uint16(version[2:])))
	}
	return m
}

// mssqlVersion returns the six bytes of the option VERSION, which comes first. Each
// option has a number, an offset and a length.
func mssqlVersion(body []byte) (version []byte) {
	c := cursor{rest: body}
	for n := 0; n < 16; n++ {
		token := c.u8()
		if token == 0xff && !c.short {
			return version
		}
		start, length := int(c.u16()), int(c.u16())
		if c.short || token > 7 || start+length > len(body) || n == 0 && (token != 0 || length != 6) {
			return nil
		}
		if n == 0 {
			version = body[start : start+length]
		}
	}
	return nil
}
