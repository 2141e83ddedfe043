package payload

import "bytes"

// SIP: OPTIONS (RFC 3261 section 11), to which servers, proxies and phones reply, at
// least with an error. Max-Forwards 0 keeps it from being forwarded (section 16.3).
// rport requests the reply to be sent to the source of the packet (RFC 3581 section 4).
// The host names do not exist (RFC 6761 section 6.4).
func sipBuild(dst []byte, q Query) []byte {
	id := q.id("sip")
	dst = append(appendHost(append(dst, "OPTIONS sip:"...), q), " SIP/2.0\r\n"+
		"Via: SIP/2.0/UDP portprobe.invalid;rport;branch=z9hG4bK"...)
	dst = appendHex(dst, id)
	dst = append(dst, "\r\nMax-Forwards: 0\r\nTo: <sip:"...)
	dst = append(appendHost(dst, q), ">\r\nFrom: <sip:portprobe.invalid>;tag="...)
	dst = append(appendHex(dst, id), "\r\nCall-ID: "...)
	dst = append(appendHex(dst, id), "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"...)
	return dst
}

// sipMatch expects a status line (section 7.2) and our id, which a reply repeats in
// Via, From and Call-ID (section 8.2.6.2).
func sipMatch(b []byte, q Query) bool {
	if !hasPrefix(b, "SIP/2.0 ") || len(b) < 12 || b[11] != ' ' {
		return false
	}
	for _, c := range b[8:11] {
		if c < '0' || c > '9' {
			return false
		}
	}
	var id [16]byte
	return bytes.Contains(b, appendHex(id[:0], q.id("sip")))
}
