package protocol

import "strings"

// rtspBuild returns OPTIONS for the server itself (RFC 2326 section 10.1).
func rtspBuild(t *Target) []byte {
	return []byte("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: " + clean(t.Agent) + "\r\n\r\n")
}

// rtspMatch recognizes a response of RTSP (RFC 2326 section 7.1, RFC 7826 section 8.1).
func rtspMatch(r *Reply) (m Match) {
	h, ok, partial := parseHead("RTSP", r.Data, r.Ended)
	m.More = partial
	if !ok {
		return m
	}
	m.Strength = Certain
	m.Product, m.Version, m.OS = serverProduct(h.get("server"))
	m.add("rtsp_header.server", h.get("server"))
	return m
}

// add adds a text that is not empty.
func (m *Match) add(kind, value string) {
	if value = cleanTo(strings.TrimSpace(value), 512); value != "" {
		m.Texts = append(m.Texts, Text{kind, value})
	}
}
