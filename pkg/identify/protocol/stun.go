package protocol

import "strings"

// stunRequest is a binding request without attributes (RFC 8489 section 5), whose
// response contains the client's own address. The server keeps nothing.
func stunRequest(*Target) []byte {
	return []byte("\x00\x01\x00\x00\x21\x12\xa4\x42" + stunTransaction)
}

const stunTransaction = "portid-bind!"

// stunStreamMatch recognizes a response over TCP (RFC 8489 section 6.2.2) by its
// transaction.
func stunStreamMatch(r *Reply) (m Match) {
	const header = 20
	c := cursor{rest: r.Data}
	kind, length := c.u16(), int(c.u16())
	c.u32()
	id := string(c.bytes(len(stunTransaction)))
	whole := header + length
	switch {
	case !r.For("stun") || len(r.Data) == 0 || len(r.Data) >= 2 && kind != stunSuccess && kind != stunFailure ||
		len(r.Data) >= 4 && whole > 2048 || !c.short && id != stunTransaction:
		return m
	case len(r.Data) < whole:
		m.More = !r.Ended
		return m
	}
	return stunMatch(&Reply{Data: r.Data[:whole]})
}

// Types of responses to a binding request.
const (
	stunSuccess = 0x0101
	stunFailure = 0x0111
)

// stunMatch reads the attribute SOFTWARE of a response (RFC 8489 sections 5 and 14).
func stunMatch(r *Reply) (m Match) {
	const cookie, software = 0x2112a442, 0x8022
	c := cursor{rest: r.Data}
	kind, length := c.u16(), int(c.u16())
	magic := c.u32()
	c.bytes(12) // transaction id
	if c.short || kind != stunSuccess && kind != stunFailure || magic != cookie || length != len(c.rest) {
		return m
	}
	m.Strength = Certain
	for len(c.rest) > 0 && !c.short {
		kind, length := c.u16(), int(c.u16())
		value := c.bytes(length)
		c.bytes(-length & 3) // padding
		if kind == software && m.Product == "" {
			m.Product, m.Version = stunSoftware(string(value))
		}
	}
	return m
}

// stunSoftware splits the text of a server, such as "Coturn-4.6.1 'Gorst'" or
// "restund v0.4.12 (x86_64/linux)".
func stunSoftware(text string) (product, version string) {
	text = strings.Replace(clean(text), " v", " ", 1)
	product, version = splitVersion(text)
	version, _, _ = strings.Cut(version, " ")
	return product, version
}
