package protocol

import "bytes"

// openvpnRequest is the client's hard reset (OpenVPN network protocol) with the length
// that TCP requires: opcode and key 0, session id, no acknowledgments, packet id 0.
func openvpnRequest(*Target) []byte { return []byte("\x00\x0e\x38portid\x56\x0b\x00\x00\x00\x00\x00") }

// openvpnMatch recognizes the server's hard reset, which acknowledges that of the client
// and contains its session id. A server with tls-auth or tls-crypt does not reply.
func openvpnMatch(r *Reply) (m Match) {
	const hardReset = "\x00\x1a\x40" // length, opcode 8 and key 0
	if !r.For("openvpn") || len(r.Sent) < 11 || len(r.Data) == 0 || !begins(string(r.Data), hardReset) {
		return m
	}
	if len(r.Data) < 28 {
		m.More = !r.Ended
		return m
	}
	// One acknowledgment, of packet 0, then the session id of the client.
	if bytes.Equal(r.Data[11:16], []byte{1, 0, 0, 0, 0}) && bytes.Equal(r.Data[16:24], r.Sent[3:11]) {
		m.Strength = Certain
	}
	return m
}
