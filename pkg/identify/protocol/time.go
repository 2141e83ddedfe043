package protocol

// timeMatch recognizes four bytes and the end of the connection (RFC 868). Any four bytes
// are a time, so that it is one at its port only.
func timeMatch(r *Reply) (m Match) {
	if r.Request != "" || len(r.Data) > 4 {
		return m
	}
	m.More = !r.Ended && len(r.Data) > 0
	if r.Ended && len(r.Data) == 4 {
		m.Strength = Weak
	}
	return m
}
