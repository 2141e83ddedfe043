package protocol

import "strings"

// vncMatch recognizes the greeting of a server, "RFB xxx.yyy" (RFC 6143 section 7.1.1).
func vncMatch(r *Reply) (m Match) {
	rest, more, ok := bannerLine(r, "RFB ")
	m.More = more && len(r.Data) < 12
	if ok && len(rest) == 7 && rest[3] == '.' && strings.Trim(rest[:3]+rest[4:], "0123456789") == "" {
		m.Strength = Certain
	}
	return m
}
