package payload

// CLDAP: a search for the root entry without attributes ("1.1", RFC 4511 section
// 4.5.1.8). Active Directory serves nothing else over UDP ([MS-ADTS] section 7.7). It
// needs no bind.
func cldapBuild(dst []byte, q Query) []byte {
	dst = big.AppendUint32(append(dst, "\x30\x2d\x02\x04"...), q.positive("cldap"))
	return append(dst, "\x63\x25\x04\x00\x0a\x01\x00\x0a\x01\x00"+ // SearchRequest: "", base, no aliases
		"\x02\x01\x00\x02\x01\x00\x01\x01\x00"+ // no limits, with values
		"\x87\x0bobjectClass\x30\x05\x04\x031.1"...) // present; no attributes
}

func cldapMatch(b []byte, q Query) bool {
	const entry, done, reference = 0x64, 0x65, 0x73
	b, _, ok := element(b, berSequence)
	if !ok {
		return false
	}
	id, b, ok := element(b, berInteger)
	if !ok || len(id) != 4 || !is32(id, 0, q.positive("cldap")) {
		return false
	}
	tag, _, _, ok := tlv(b)
	return ok && (tag == entry || tag == done || tag == reference)
}
