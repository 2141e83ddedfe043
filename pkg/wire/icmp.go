package wire

// Kinds of ICMP and ICMPv6 errors (RFC 792; RFC 4443 section 3).
const (
	ICMPUnreachable    = 3
	ICMPTimeExceeded   = 11
	ICMPv6Unreachable  = 1
	ICMPv6TimeExceeded = 3
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
	switch {
	case p.Proto == ProtoICMP && (r.Kind == ICMPUnreachable || r.Kind == ICMPTimeExceeded),
		p.Proto == ProtoICMPv6 && (r.Kind == ICMPv6Unreachable || r.Kind == ICMPv6TimeExceeded):
	default:
		return r, false
	}
	r.About, ok = ParseIP(b[icmpSize:])
	return r, ok && r.About.Src.Is4() == p.Src.Is4()
}

// IntactICMP says that a whole ICMP message is as its checksum says. (That of
// ICMPv6 covers addresses too: see IP.Intact.)
func IntactICMP(b []byte) bool { return fold(sum(0, b)) == 0 }
