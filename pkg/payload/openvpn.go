package payload

// OpenVPN: the client's hard reset (OpenVPN's doc/doxygen, "Network protocol"): opcode
// and key 0, session id, no acknowledgments, packet id 0. The server replies with its
// own hard reset, which acknowledges ours and contains our session id. From version 2.6
// on it keeps no state until the client replies; older ones forget the session after a
// minute. A server with tls-auth or tls-crypt does not reply.
func openvpnBuild(dst []byte, q Query) []byte {
	const hardResetClientV2 = 7
	dst = big.AppendUint64(append(dst, hardResetClientV2<<3), q.id("openvpn"))
	return append(dst, 0, 0, 0, 0, 0)
}

func openvpnMatch(b []byte, q Query) bool {
	const hardResetServerV2 = 8
	if len(b) < 26 || b[0] != hardResetServerV2<<3 {
		return false
	}
	acks := int(b[9])
	return acks > 0 && is64(b, 10+4*acks, q.id("openvpn"))
}
