package payload

// SNMP version 3: discovery of the engine id (RFC 3414 section 4), a request without
// user, engine id and variables. Every agent replies with a report of its engine id
// (message format: RFC 3412 section 6).
func snmpBuild(dst []byte, q Query) []byte {
	id := q.positive("snmp")
	dst = append(dst, "\x30\x3e\x02\x01\x03"+ // SNMPv3Message, msgVersion 3
		"\x30\x11\x02\x04"...) // msgGlobalData, msgID
	dst = big.AppendUint32(dst, id)
	dst = append(dst, "\x02\x03\x00\xff\xe3\x04\x01\x04\x02\x01\x03"+ // maximum 65507 bytes; reportable; USM
		"\x04\x10\x30\x0e\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00"+ // USM's parameters: none
		"\x30\x14\x04\x00\x04\x00\xa0\x0e\x02\x04"...) // ScopedPDU, GetRequest, request-id
	dst = big.AppendUint32(dst, id)
	return append(dst, "\x02\x01\x00\x02\x01\x00\x30\x00"...) // no error, no variables
}

// snmpMatch expects our id and an unencrypted report or response.
func snmpMatch(b []byte, q Query) bool {
	b, _, ok := element(b, berSequence)
	if !ok || !hasPrefix(b, "\x02\x01\x03") {
		return false
	}
	header, rest, ok := element(b[3:], berSequence)
	if !ok {
		return false
	}
	id, _, ok := element(header, berInteger)
	if !ok || len(id) != 4 || !is32(id, 0, q.positive("snmp")) {
		return false
	}
	_, rest, ok = element(rest, berOctets) // USM's parameters
	return ok && isPlainReply(rest)
}

// isPlainReply reports whether b is a ScopedPDU (context engine id and name) with a
// Response-PDU or Report-PDU (RFC 3416 section 3).
func isPlainReply(b []byte) bool {
	const response, report = 0xa2, 0xa8
	b, _, ok := element(b, berSequence)
	for range 2 {
		if ok {
			_, b, ok = element(b, berOctets)
		}
	}
	tag, _, _, whole := tlv(b)
	return ok && whole && (tag == response || tag == report)
}
