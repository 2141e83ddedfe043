package protocol

import "strings"

// openwireMatch recognizes the greeting of ActiveMQ, a WireFormatInfo (OpenWire Version 2
// Specification): length, type 1, "ActiveMQ", version, and properties, among which newer
// servers name themselves.
func openwireMatch(r *Reply) (m Match) {
	const magic = "\x01ActiveMQ"
	c := cursor{rest: r.Data}
	size := c.u32()
	head := c.bytes(len(magic))
	version := c.u32()
	if c.short {
		m.More = !r.Ended && (len(r.Data) < 4 || mayBegin(string(r.Data[4:]), magic))
		return m
	}
	if string(head) != magic || size < 13 || size > 1<<16 || version == 0 || version > 100 {
		return m
	}
	m.Strength = Certain
	end := min(int(size)-13, len(c.rest))
	m.More = !r.Ended && end < int(size)-13
	properties := string(c.rest[:end])
	m.Product = openwireString(properties, "ProviderName")
	m.Version = openwireString(properties, "ProviderVersion")
	if m.Product == "ActiveMQ" {
		m.Product = "Apache ActiveMQ"
	}
	return m
}

// openwireString returns the value of a property: type 9, a length, and the string.
func openwireString(properties, name string) string {
	_, value, ok := strings.Cut(properties, name+"\x09")
	if !ok || len(value) < 2 {
		return ""
	}
	n := int(value[0])<<8 | int(value[1])
	return clean(value[2:min(2+n, len(value))])
}
