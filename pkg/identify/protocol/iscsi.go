package protocol

// iscsiRequest is a login request (RFC 7143 section 11.12) of version 255 only, which
// targets refuse. It names no initiator, no target and no user, so no session begins.
func iscsiRequest(*Target) []byte {
	b := make([]byte, 48)
	copy(b, "\x43\x00\xff\xff")      // immediate, login request; security stage; versions
	copy(b[8:], "\x80\x00\x00\x00")  // initiator's part of the session's id: random format
	copy(b[16:], "port\x00\x01\x00") // task tag, connection 1
	b[27] = 1                        // command number
	return b
}

// iscsiMatch recognizes a login response (RFC 7143 section 11.13) by the tag of the
// request.
func iscsiMatch(r *Reply) (m Match) {
	const response, tag, maxData = "\x23", 16, 8192
	if !r.For("iscsi") || len(r.Sent) < tag+4 || len(r.Data) == 0 || !begins(string(r.Data), response) {
		return m
	}
	c := cursor{rest: r.Data}
	c.bytes(4) // opcode, stages, versions
	additional, length := c.u8(), int(c.u8())<<16|int(c.u16())
	c.bytes(tag - 8)
	same := string(c.bytes(4)) == string(r.Sent[tag:tag+4])
	c.bytes(16)
	class := c.u8()
	c.u8() // detail
	reserved := string(c.bytes(10))
	if c.short {
		m.More = !r.Ended
		return m
	}
	const targetError = 3 // the last class
	if same && additional == 0 && length <= maxData && class <= targetError && reserved == string(make([]byte, 10)) {
		m.Strength = Certain
	}
	return m
}
