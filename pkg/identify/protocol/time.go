package protocol

// timeMatch recognizes four bytes and the end of the connection (RFC 868). Any four bytes
// are a time, so that it is one at its port only. The inetd of GNU inetutils sends a long,
// on 64 bits with four zero bytes at its end.
func timeMatch(r *Reply) (m Match) {
	if r.Request != "" || len(r.Data) > 8 {
		return m
	}
	m.More = !r.Ended && len(r.Data) > 0
	if r.Ended && (len(r.Data) == 4 || len(r.Data) == 8 && string(r.Data[4:]) == "\x00\x00\x00\x00") {
		m.Strength = Weak
	}
	return m
}
