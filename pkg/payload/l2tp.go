package payload

// L2TP: a StopCCN for a control connection that does not exist (RFC 2661 sections 4.4.2
// and 6.4). The tunnel id is 0, since the peer's is unknown. It is acknowledged and
// forgotten (section 5.7). More servers reply to an SCCRQ, but that leaves them with a
// half-open tunnel.
func l2tpBuild(dst []byte, q Query) []byte {
	dst = append(dst, "\xc8\x02\x00\x24\x00\x00\x00\x00\x00\x00\x00\x00"+ // control, 36 bytes, tunnel 0, session 0
		"\x80\x08\x00\x00\x00\x00\x00\x04"+ // message type: StopCCN
		"\x80\x08\x00\x00\x00\x09"...) // assigned tunnel id
	return append(big.AppendUint16(dst, q.l2tpTunnel()), "\x80\x08\x00\x00\x00\x01\x00\x01"...) // result: clear
}

func (q Query) l2tpTunnel() uint16 { return q.id16("l2tp") | 1 }

// l2tpMatch expects a control message for our tunnel id, or an empty one that
// acknowledges our first. In the latter xl2tpd sends the tunnel id 65535.
func l2tpMatch(b []byte, q Query) bool {
	if len(b) < 12 || !is16(b, 0, 0xc802) || !is16(b, 2, uint16(len(b))) {
		return false
	}
	return is16(b, 4, q.l2tpTunnel()) || len(b) == 12 && (is16(b, 4, 0) || is16(b, 4, 0xffff)) && is32(b, 6, 0) && is16(b, 10, 1)
}
