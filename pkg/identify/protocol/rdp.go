package protocol

// Protocols of RDP_NEG_REQ ([MS-RDPBCGR] section 2.2.1.1.1).
const (
	rdpTLS      = 1
	rdpHybrid   = 2
	rdpHybridEx = 8
)

// rdpRequest is an X.224 Connection Request without a cookie, which would contain a user
// name, for any security protocol.
func rdpRequest(*Target) []byte {
	return []byte{
		3, 0, 0, 19, // TPKT
		14, 0xe0, 0, 0, 0, 0, 0, // length, request, references, class
		1, 0, 8, 0, rdpTLS | rdpHybrid | rdpHybridEx, 0, 0, 0,
	}
}

// rdpMatch recognizes an X.224 Connection Confirm, and the end of a connection.
func rdpMatch(r *Reply) (m Match) {
	// Disconnect Provider Ultimatum (T.125 section 7): xrdp's reply to other requests.
	const disconnect = "\x03\x00\x00\x09\x02\xf0\x80\x21\x80"
	if string(r.Data) == disconnect {
		m.Strength = Likely
		return m
	}
	kind, _, ok := rdpConfirm(r.Data)
	switch {
	case !ok:
		m.More = !r.Ended && rdpBegins(r.Data)
	case kind != 0:
		m.Strength = Certain
	case r.For("rdp"):
		m.Strength = Likely // other protocols over X.224 confirm alike
	}
	return m
}

// rdpBegins reports whether data is the beginning of a short TPKT.
func rdpBegins(data []byte) bool {
	for i, want := range []byte{3, 0, 0} {
		if i < len(data) && data[i] != want {
			return false
		}
	}
	return len(data) < 4 || len(data) < int(data[3])
}

// rdpConfirm parses a Connection Confirm: kind is 0 without a negotiation, 2 if value is
// the protocol selected, 3 if it is the reason of a failure.
func rdpConfirm(data []byte) (kind byte, value uint32, ok bool) {
	c := cursor{rest: data}
	version, reserved, length := c.u8(), c.u8(), int(c.u16())
	rest, code := int(c.u8()), c.u8()
	c.bytes(4) // references
	class := c.u8()
	if c.short || version != 3 || reserved != 0 || length != len(data) || rest != length-5 || code != 0xd0 || class != 0 {
		return 0, 0, false
	}
	if c.done() {
		return 0, 0, true
	}
	kind = c.u8()
	c.u8() // flags
	size := c.u8()
	zero := c.u8()
	value = uint32(c.u8())
	high := c.bytes(3)
	ok = c.done() && (kind == 2 || kind == 3) && size == 8 && zero == 0 && string(high) == "\x00\x00\x00" && value <= 16
	return kind, value, ok
}

// rdpUpgrade starts TLS by the negotiation.
func rdpUpgrade() *Upgrade {
	return &Upgrade{Steps: []UpgradeStep{{
		Build: rdpRequest,
		Next: func(data []byte) (complete, ok bool) {
			kind, value, ok := rdpConfirm(data)
			const any = rdpTLS | rdpHybrid | rdpHybridEx
			return ok || len(data) > 0 && !rdpBegins(data), ok && kind == 2 && value&any != 0
		},
	}}}
}
