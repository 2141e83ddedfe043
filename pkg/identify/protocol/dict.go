package protocol

import "strings"

// dictMatch recognizes the greeting of a server, "220 text <capabilities> <msg-id>"
// (RFC 2229 section 3.1).
func dictMatch(r *Reply) (m Match) {
	rest, more, ok := bannerLine(r, "220 ")
	m.More = more
	text, ids, found := strings.Cut(rest, " <")
	capabilities, id, two := strings.Cut(ids, "> <")
	if !ok || !found || !two || strings.ContainsAny(capabilities, " <@") || !strings.Contains(id, "@") || !strings.HasSuffix(id, ">") {
		return m
	}
	m.Strength = Certain
	m.Product, m.Version = known(text, "dictd")
	if _, os, ok := strings.Cut(text, " on "); ok && m.Product != "" {
		m.OS = clean(os)
	}
	return m
}
