package protocol

import "strings"

// stunMatch reads the attribute SOFTWARE of a response (RFC 8489 sections 5 and 14).
func stunMatch(r *Reply) (m Match) {
	const success, failure, cookie, software = 0x0101, 0x0111, 0x2112a442, 0x8022
	c := cursor{rest: r.Data}
	kind, length := c.u16(), int(c.u16())
	magic := c.u32()
	c.bytes(12) // transaction id
	if c.short || kind != success && kind != failure || magic != cookie || length != len(c.rest) {
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
