package payload

// QUIC: a long-header packet of a reserved version that no server supports (RFC 9000
// section 15). Servers reply with the versions that they support and keep no state
// (section 6.1), but only to a datagram of at least 1200 bytes (section 14.1).
func quicBuild(dst []byte, q Query) []byte {
	start := len(dst)
	dst = append(dst, "\xc0\x0a\x1a\x2a\x3a\x08"...) // long header, version, length of its connection id
	dst = append(big.AppendUint64(dst, q.id("quic-destination")), 8)
	dst = big.AppendUint64(dst, q.id("quic-source"))
	var zero [MaxSize]byte
	return append(dst, zero[:MaxSize-(len(dst)-start)]...)
}

// quicMatch expects a version negotiation packet (section 17.2.1) with our connection
// ids swapped.
func quicMatch(b []byte, q Query) bool {
	return len(b) >= 27 && (len(b)-23)%4 == 0 && b[0]&0x80 != 0 && is32(b, 1, 0) &&
		b[5] == 8 && is64(b, 6, q.id("quic-source")) && b[14] == 8 && is64(b, 15, q.id("quic-destination"))
}
