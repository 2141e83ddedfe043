package payload

// BACnet/IP: ReadProperty of the object identifier of the wildcard device (ASHRAE 135
// section 15.5.2, annex J.2.11). A device must reply to a confirmed request, to its
// sender. It may reply to Who-Is by broadcast (section 16.10).
func bacnetBuild(dst []byte, q Query) []byte {
	dst = append(dst, "\x81\x0a\x00\x11"+ // BVLC: unicast, 17 bytes
		"\x01\x04"+ // NPDU version 1, expecting a reply
		"\x00\x05"...) // confirmed request, whole; maximum reply 1476 bytes
	return append(append(dst, q.bacnetInvoke()), "\x0c"+ // ReadProperty
		"\x0c\x02\x3f\xff\xff"+ // device 4194303
		"\x19\x4b"...) // object-identifier
}

func (q Query) bacnetInvoke() byte { return byte(q.id("bacnet")) }

// bacnetMatch expects a result, error, reject or abort of this request (section 20.1).
func bacnetMatch(b []byte, q Query) bool {
	const complexAck, failure, reject, abort, readProperty = 3, 5, 6, 7, 12
	if len(b) < 9 || !hasPrefix(b, "\x81\x0a") || !is16(b, 2, uint16(len(b))) || b[4] != 1 {
		return false
	}
	const routed, hasSource = 0xa0, 0x08
	control, apdu := b[5], b[6:]
	if control&routed != 0 {
		return false
	}
	if control&hasSource != 0 { // network, length and address of a device behind a router
		skip := 3 + int(apdu[2])
		if skip > len(apdu) {
			return false
		}
		apdu = apdu[skip:]
	}
	if len(apdu) < 3 || apdu[1] != q.bacnetInvoke() {
		return false
	}
	switch apdu[0] >> 4 {
	case complexAck, failure:
		return apdu[2] == readProperty && len(apdu) > 3
	case reject, abort:
		return len(apdu) == 3
	}
	return false
}
