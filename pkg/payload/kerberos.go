package payload

// Kerberos: a request for a ticket in a realm that does not exist (RFC 6761 section
// 6.4), for a client that does not exist (RFC 4120 section 5.4.1). A KDC replies with
// an error (section 5.9.1). No account is affected.
func kerberosBuild(dst []byte, q Query) []byte {
	dst = append(dst, "\x6a\x7f\x30\x7d"+ // AS-REQ
		"\xa1\x03\x02\x01\x05\xa2\x03\x02\x01\x0a"+ // pvno 5, msg-type 10
		"\xa4\x71\x30\x6f\xa0\x07\x03\x05\x00\x00\x00\x00\x00"+ // no options
		"\xa1\x16\x30\x14\xa0\x03\x02\x01\x01\xa1\x0d\x30\x0b\x1b\x09portprobe"+ // cname
		"\xa2\x09\x1b\x07INVALID"+ // realm
		"\xa3\x1c\x30\x1a\xa0\x03\x02\x01\x02\xa1\x13\x30\x11\x1b\x06krbtgt\x1b\x07INVALID"+ // sname
		"\xa5\x11\x18\x0f19700101000000Z"+ // till
		"\xa7\x06\x02\x04"...) // nonce
	dst = big.AppendUint32(dst, q.positive("kerberos"))
	return append(dst, "\xa8\x08\x30\x06\x02\x01\x12\x02\x01\x11"...) // AES-256, AES-128
}

// kerberosMatch expects a KRB-ERROR. It need not repeat anything of the request.
func kerberosMatch(b []byte, _ Query) bool {
	const krbError = 0x7e // APPLICATION 30
	b, rest, ok := element(b, krbError)
	if !ok || len(rest) > 0 {
		return false
	}
	b, _, ok = element(b, berSequence)
	return ok && hasPrefix(b, "\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e")
}
