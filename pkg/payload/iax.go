package payload

// IAX2: POKE, a full frame outside of any call, which is answered by PONG (RFC 5456
// sections 6.7.1 and 8.1.1).
func iaxBuild(dst []byte, q Query) []byte {
	const full, frameIAX, poke = 0x8000, 6, 0x1e
	dst = big.AppendUint16(dst, full|q.iaxCall())
	dst = append(dst, 0, 0) // destination call: none
	return append(dst, 0, 0, 0, 0, 0, 0, frameIAX, poke)
}

// iaxCall returns our call number: 15 bits, not 0.
func (q Query) iaxCall() uint16 { return q.id16("iax2")&0x7fff | 1 }

func iaxMatch(b []byte, q Query) bool {
	const full, frameIAX, pong, ack, inval = 0x80, 6, 3, 4, 10
	return len(b) >= 12 && b[0]&full != 0 && is16(b, 2, q.iaxCall()) && b[10] == frameIAX &&
		(b[11] == pong || b[11] == ack || b[11] == inval)
}
