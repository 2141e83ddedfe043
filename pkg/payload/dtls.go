package payload

// DTLS: a ClientHello without a cookie, to which a server replies with a cookie and
// keeps no state (RFC 6347 section 4.2.1). Its only cipher suite is the signaling value
// of RFC 5746 section 3.3: a server that does not use cookies refuses it with an alert
// and sends no certificates.
const (
	dtlsHead = "\x16\xfe\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x36" + // handshake; DTLS 1.0, as for any first hello; 54 bytes
		"\x01\x00\x00\x2a\x00\x00\x00\x00\x00\x00\x00\x2a" + // ClientHello, 42 bytes in one fragment
		"\xfe\xfd" // DTLS 1.2
	dtlsTail = "\x00\x00" + // no session, no cookie
		"\x00\x02\x00\xff\x01\x00" // the signal; no compression
)

func dtlsBuild(dst []byte, q Query) []byte {
	dst = append(dst, dtlsHead...)
	for _, salt := range [4]string{"dtls1", "dtls2", "dtls3", "dtls4"} {
		dst = big.AppendUint64(dst, q.id(salt))
	}
	return append(dst, dtlsTail...)
}

// dtlsMatch expects a record of epoch 0 (section 4.1) with an alert, HelloVerifyRequest
// or ServerHello. They repeat nothing of the request.
func dtlsMatch(b []byte, _ Query) bool {
	const alert, handshake, serverHello, helloVerify = 21, 22, 2, 3
	if len(b) < 15 || b[1] != 0xfe || b[2] < 0xfc || !is16(b, 3, 0) {
		return false
	}
	n := int(big.Uint16(b[11:]))
	body := b[13:]
	if n > len(body) {
		return false
	}
	switch b[0] {
	case alert:
		return n == 2 && (body[0] == 1 || body[0] == 2)
	case handshake:
		first := n >= 12+2 && is32(body, 4, 0) && body[8] == 0 // message 0, from its beginning
		return first && (body[0] == serverHello || body[0] == helloVerify) && body[12] == 0xfe
	}
	return false
}
