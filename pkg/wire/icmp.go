package wire

// Types of ICMP and ICMPv6 errors (RFC 792; RFC 4443 section 3). Source quench is left
// out: hosts ignore it (RFC 6633).
const (
	ICMPUnreachable        = 3
	ICMPTimeExceeded       = 11
	ICMPParameterProblem   = 12
	ICMPv6Unreachable      = 1
	ICMPv6PacketTooBig     = 2
	ICMPv6TimeExceeded     = 3
	ICMPv6ParameterProblem = 4
)

// icmpSize is the size of the header before the quoted packet, in bytes.
const icmpSize = 8

// Rejection is an ICMP or ICMPv6 error about a packet that was not delivered.
type Rejection struct {
	Kind, Code uint8
	// About is the quoted packet, usually truncated.
	About IP
}

// ParseRejection parses an error in the payload of p. ok is false for other messages.
func ParseRejection(p *IP) (r Rejection, ok bool) {
	b := p.Payload
	if len(b) < icmpSize {
		return r, false
	}
	r.Kind, r.Code = b[0], b[1]
	if !isError(p.Proto, r.Kind) {
		return r, false
	}
	r.About, ok = ParseIP(b[icmpSize:])
	return r, ok && r.About.Src.Is4() == p.Src.Is4()
}

// isError reports whether messages of a type quote a packet.
func isError(proto, kind uint8) bool {
	switch proto {
	case ProtoICMP:
		return kind == ICMPUnreachable || kind == ICMPTimeExceeded || kind == ICMPParameterProblem
	case ProtoICMPv6:
		return ICMPv6Unreachable <= kind && kind <= ICMPv6ParameterProblem
	}
	return false
}

// IntactICMP reports whether the checksum of a whole ICMP message is right. The one of
// ICMPv6 covers the addresses too: see IP.Intact.
func IntactICMP(b []byte) bool { return fold(sum(0, b)) == 0 }
