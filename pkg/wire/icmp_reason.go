package wire

import "portkit/pkg/endpoint"

// codeFragNeeded is the code of ICMPUnreachable for a packet that is too big.
const codeFragNeeded = 4

// unreachable and unreachable6 are the codes of destination unreachable that have a
// reason of their own (RFC 792, RFC 1812 section 5.2.7.1; RFC 4443 section 3.1).
// The others are endpoint.DestUnreach.
var (
	unreachable = codeReasons{
		0: endpoint.NetUnreach, 1: endpoint.HostUnreach, 2: endpoint.ProtoUnreach, 3: endpoint.PortUnreach,
		9: endpoint.NetProhibited, 10: endpoint.HostProhibited, 13: endpoint.AdminProhibited,
	}
	unreachable6 = codeReasons{
		0: endpoint.NetUnreach, 1: endpoint.AdminProhibited, 3: endpoint.HostUnreach,
		4: endpoint.PortUnreach, 5: endpoint.AdminProhibited, 6: endpoint.AdminProhibited,
	}
)

type codeReasons [16]endpoint.Reason

func (r *codeReasons) of(code uint8) endpoint.Reason {
	if int(code) < len(r) && r[code] != 0 {
		return r[code]
	}
	return endpoint.DestUnreach
}

// ICMPReason returns the reason for a port state that follows from an ICMP error. proto
// is ProtoICMP or ProtoICMPv6. ok is false for unknown types and for errors about the
// packet instead of its destination (fragmentation needed, packet too big, parameter
// problem).
func ICMPReason(proto, kind, code uint8) (r endpoint.Reason, ok bool) {
	switch {
	case proto == ProtoICMP && kind == ICMPUnreachable && code == codeFragNeeded:
		return 0, false
	case proto == ProtoICMP && kind == ICMPUnreachable:
		return unreachable.of(code), true
	case proto == ProtoICMPv6 && kind == ICMPv6Unreachable:
		return unreachable6.of(code), true
	case proto == ProtoICMP && kind == ICMPTimeExceeded, proto == ProtoICMPv6 && kind == ICMPv6TimeExceeded:
		return endpoint.TimeExceeded, true
	}
	return 0, false
}
