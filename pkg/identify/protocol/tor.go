package protocol

import "slices"

// torRequest offers versions 3 to 5 of the link protocol, with which every client and
// relay begins (Tor specification, Negotiating and initializing connections).
func torRequest(*Target) []byte { return []byte("\x00\x00\x07\x00\x06\x00\x03\x00\x04\x00\x05") }

// torMatch recognizes the cell VERSIONS and, after it, the beginning of the cell CERTS
// inside TLS.
func torMatch(r *Reply) (m Match) {
	const versions, oldest, newest, maxList = 7, 3, 5, 32
	if !r.TLS || !r.For("tor") || len(r.Data) == 0 || !begins(string(r.Data), "\x00\x00\x07\x00") {
		return m
	}
	c := cursor{rest: r.Data}
	c.bytes(3)
	n := int(c.u16())
	if len(r.Data) >= 5 && (n == 0 || n > maxList || n%2 != 0) {
		return m
	}
	list := cursor{rest: c.bytes(n)}
	common := uint16(0)
	for len(list.rest) > 0 {
		if v := list.u16(); v <= newest {
			common = max(common, v)
		}
	}
	certs := []byte{0, 0, 0, 0, 129}
	if common == oldest {
		certs = certs[2:] // the circuit's id had two bytes
	}
	if !c.short && (common < oldest || !slices.Equal(c.rest[:min(len(certs), len(c.rest))], certs[:min(len(certs), len(c.rest))])) {
		return m
	}
	if c.short || len(c.rest) < len(certs) {
		m.More = !r.Ended
		return m
	}
	m.Strength, m.Product = Certain, "Tor"
	return m
}
