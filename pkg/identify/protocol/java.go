package protocol

import "encoding/binary"

// rmiRequest is the header of a stream (Java RMI specification, section 10.2): magic
// number, version 2, StreamProtocol.
func rmiRequest(*Target) []byte { return []byte("JRMI\x00\x02\x4b") }

// rmiMatch recognizes ProtocolAck with the endpoint of the client as the server sees it.
func rmiMatch(r *Reply) (m Match) {
	const ack = 0x4e
	c := cursor{rest: r.Data}
	kind, length := c.u8(), int(c.u16())
	if !r.For("java-rmi") || kind != ack || len(r.Data) >= 3 && (length == 0 || length > 255) {
		return m
	}
	host, port := c.bytes(length), c.u32()
	if c.short {
		m.More = !r.Ended
		return m
	}
	if len(c.rest) == 0 && port > 0 && port <= 65535 && isHost(host) {
		m.Strength = Certain
	}
	return m
}

// isHost reports whether a text has only characters of host names and addresses.
func isHost(text []byte) bool {
	for _, c := range text {
		if !isLetter(c) && (c < '0' || c > '9') && c != '.' && c != ':' && c != '-' && c != '_' && c != '%' {
			return false
		}
	}
	return true
}

// ajpRequest is CPing (AJP 1.3 protocol reference).
func ajpRequest(*Target) []byte { return []byte("\x12\x34\x00\x01\x0a") }

// ajpMatch recognizes CPong.
func ajpMatch(r *Reply) (m Match) {
	const pong = "AB\x00\x01\x09"
	switch data := string(r.Data); {
	case data == pong:
		m.Strength = Certain
	case len(data) < len(pong) && data != "" && begins(pong, data):
		m.More = !r.Ended
	}
	return m
}

// opcuaRequest is HEL (OPC 10000-6 section 7.1.2.3): version 0, sizes, and the URL of
// the endpoint.
func opcuaRequest(t *Target) []byte {
	url := "opc.tcp://" + t.Addr.String()
	b := binary.LittleEndian.AppendUint32([]byte("HELF"), uint32(32+len(url)))
	for _, n := range []uint32{0, 65536, 65536, 0, 0, uint32(len(url))} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return append(b, url...)
}

// opcuaMatch recognizes ACK and ERR.
func opcuaMatch(r *Reply) (m Match) {
	const ack, failure, limit = "ACKF", "ERRF", 4096
	data := string(r.Data)
	if data == "" || !begins(data, ack) && !begins(data, failure) {
		return m
	}
	c := cursor{rest: r.Data}
	kind, length := string(c.bytes(4)), int(c.le32())
	if !c.short && (kind == ack && length != 28 || kind == failure && (length < 16 || length > limit)) {
		return m
	}
	body := cursor{rest: c.bytes(length - 8)}
	if c.short {
		m.More = !r.Ended
		return m
	}
	ok := body.le32() == 0 // version of ACK
	if kind == failure {
		reason := 0
		body = cursor{rest: body.rest}
		if n := body.le32(); n != 0xffffffff {
			reason = int(n)
		}
		ok = r.Data[11] == 0x80 && reason == len(body.rest) // a bad status code
	}
	if ok && len(c.rest) == 0 {
		m.Strength = Certain
	}
	return m
}
