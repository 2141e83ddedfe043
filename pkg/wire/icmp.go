package wire

// Kinds of ICMP and ICMPv6 errors (RFC 792; RFC 4443 section 3). Source quench is
// not among them: hosts ignore it (RFC 6633).
const (
	ICMPUnreachable        = 3
	ICMPTimeExceeded       = 11
	ICMPParameterProblem   = 12
	ICMPv6Unreachable      = 1
	ICMPv6PacketTooBig     = 2
	ICMPv6TimeExceeded     = 3
	ICMPv6ParameterProblem = 4
)

// icmpSize is how much stands before what an error quotes, in bytes.
const icmpSize = 8

// Rejection is an ICMP or ICMPv6 error about a packet that did not arrive.
type Rejection struct {
	Kind, Code uint8
	// About is the packet that it quotes, cut short mostly.
	About IP
}

// ParseRejection reads an error that a packet carries. Of other messages it says
// that they are none.
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

// isError reports whether a kind of message is an error that quotes a packet.
func isError(proto, kind uint8) bool {
	switch proto {
	case ProtoICMP:
		return kind == ICMPUnreachable || kind == ICMPTimeExceeded || kind == ICMPParameterProblem
	case ProtoICMPv6:
		return ICMPv6Unreachable <= kind && kind <= ICMPv6ParameterProblem
	}
	return false
}

// IntactICMP says that a whole ICMP message is as its checksum says. (That of
// ICMPv6 covers addresses too: see IP.Intact.)
func IntactICMP(b []byte) bool { return fold(sum(0, b)) == 0 }
