package protocol

// qotdMatch recognizes a text of up to 512 characters and the end of the connection
// (RFC 865). Any short text is a quote, so that it is one at its port only.
func qotdMatch(r *Reply) (m Match) {
	if r.Request != "" || len(r.Data) > 512 || !isText(r.Data) {
		return m
	}
	if r.Ended && len(r.Data) > 0 {
		m.Strength = Weak
	}
	return m
}
