package payload

// Kerberos password change: a well-formed request whose authenticator (AP-REQ) is zeros
// and whose message (KRB-PRIV, which would contain the password) is empty, so that it
// can only be refused (RFC 3244 section 2).
func kpasswdBuild(dst []byte, _ Query) []byte {
	return append(dst, "\x00\x18\x00\x01\x00\x10"+ // 24 bytes, version 1, 16 of them AP-REQ
		"\x6e\x0e\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x75\x00"...)
}

func kpasswdMatch(b []byte, q Query) bool {
	return len(b) > 6 && is16(b, 0, uint16(len(b))) && (is16(b, 2, 1) || is16(b, 2, 0xff80)) &&
		is16(b, 4, 0) && kerberosMatch(b[6:], q)
}
