package payload

// SLP: a service request for service agents, without scopes (RFC 2608 sections 8.1 and
// 11.2). The reply is one advertisement of the agent (section 8.6). The reply to a
// request for services or their types can have any length, and contains what anyone
// registered (CVE-2023-29552).
func slpBuild(dst []byte, q Query) []byte {
	dst = append(dst, "\x02\x01\x00\x00\x2f\x00\x00\x00\x00\x00"...) // version 2, SrvRqst, 47 bytes
	dst = big.AppendUint16(dst, q.id16("slp"))
	return append(dst, "\x00\x02en"+ // language
		"\x00\x00"+ // no previous responders
		"\x00\x15service:service-agent"+
		"\x00\x00\x00\x00\x00\x00"...) // no scopes, predicate, SPI
}

func slpMatch(b []byte, q Query) bool {
	const serviceReply, directory, agent = 2, 8, 11
	return len(b) >= 16 && b[0] == 2 && (b[1] == serviceReply || b[1] == directory || b[1] == agent) &&
		b[2] == 0 && is16(b, 3, uint16(len(b))) && is16(b, 10, q.id16("slp"))
}
