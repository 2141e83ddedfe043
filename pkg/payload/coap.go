package payload

// CoAP: an empty confirmable message, to which an endpoint must reply with a reset of
// four bytes (RFC 7252 section 4.3, "CoAP ping").
func coapBuild(dst []byte, q Query) []byte {
	const version1Confirmable = 0x40
	return big.AppendUint16(append(dst, version1Confirmable, 0), q.id16("coap"))
}

func coapMatch(b []byte, q Query) bool {
	const version1Reset = 0x70
	return len(b) == 4 && b[0] == version1Reset && b[1] == 0 && is16(b, 2, q.id16("coap"))
}
