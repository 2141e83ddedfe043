package payload

// STUN and TURN: a binding request without attributes, to which every server replies
// without credentials (RFC 8489 sections 5, 6.1 and 6.3.1).
const stunCookie = 0x2112a442

func stunBuild(dst []byte, q Query) []byte {
	const bindingRequest = 0x0001_0000 // and no attributes
	dst = big.AppendUint32(dst, bindingRequest)
	dst = big.AppendUint32(dst, stunCookie)
	dst = big.AppendUint32(dst, q.id32("stun"))
	return big.AppendUint64(dst, q.id("stun+"))
}

func stunMatch(b []byte, q Query) bool {
	const success, failure = 0x0101, 0x0111
	return (is16(b, 0, success) || is16(b, 0, failure)) && is16(b, 2, uint16(len(b)-20)) && is32(b, 4, stunCookie) &&
		is32(b, 8, q.id32("stun")) && is64(b, 12, q.id("stun+"))
}
