package protocol

import "strconv"

// x11Request is a connection setup without authorization, little-endian, version 11.0
// (X Window System Protocol, section 8).
func x11Request(*Target) []byte { return []byte("l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00") }

// x11Match recognizes the reply to a connection setup. It may be a failure with a reason.
func x11Match(r *Reply) (m Match) {
	const failed, success = 0, 1
	c := cursor{rest: r.Data}
	status, reason := c.u8(), int(c.u8())
	major, minor, words := c.le16(), c.le16(), int(c.le16())
	switch {
	case len(r.Data) >= 4 && major != 11 || minor > 2 || status > success || !r.For("x11"):
		return m
	case c.short || len(r.Data) < 8+4*words:
		m.More = !r.Ended
		return m
	}
	body := cursor{rest: c.bytes(4 * words)}
	switch status {
	case failed:
		text := body.bytes(reason)
		if reason > 0 && words == (reason+3)/4 && isText(text) && text[0] != 0 {
			m.Strength = Certain
		}
	case success:
		m = x11Success(&body)
	}
	return m
}

// x11Success parses the additional data of a success.
func x11Success(c *cursor) (m Match) {
	release := c.le32()
	c.bytes(4 + 4 + 4) // resource ids, size of the motion buffer
	length := int(c.le16())
	c.le16() // maximum request length
	c.bytes(12)
	vendor := c.bytes(length)
	if c.short || !isText(vendor) {
		return m
	}
	m.Strength, m.Vendor = Certain, string(vendor)
	if m.Vendor == "The X.Org Foundation" {
		m.Product, m.Version = "X.Org", x11Version(release)
	}
	return m
}

// x11Version returns the version of the X.Org server that has this release number: for
// 12101007 it is 21.1.7, for 12004000 1.20.4.
func x11Version(release uint32) string {
	n := int(release)
	major, minor, patch, snap := n/10000000, n/100000%100, n/1000%100, n%1000
	if major == 1 && minor > 20 {
		return strconv.Itoa(minor) + "." + strconv.Itoa(patch) + "." + strconv.Itoa(snap)
	}
	return strconv.Itoa(major) + "." + strconv.Itoa(minor) + "." + strconv.Itoa(patch)
}
