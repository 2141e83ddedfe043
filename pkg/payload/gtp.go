package payload

// GTP version 1: the echo request with which nodes check a path (3GPP TS 29.281 section
// 7.2.1 for user data, TS 29.060 section 7.2.1 for control). A node of another version
// replies with an error.
func gtpBuild(dst []byte, q Query) []byte {
	const version1WithSequence, echoRequest, size = 0x32, 1, 4
	dst = append(dst, version1WithSequence, echoRequest, 0, size, 0, 0, 0, 0)
	return append(big.AppendUint16(dst, q.id16("gtp")), 0, 0)
}

func gtpMatch(b []byte, q Query) bool {
	const version1, echoResponse, unsupported = 0x30, 2, 3
	if len(b) < 8 {
		return false
	}
	if b[0]&0xf0 == version1 && b[1] == echoResponse {
		return len(b) >= 12 && int(big.Uint16(b[2:])) == len(b)-8 && is16(b, 8, q.id16("gtp"))
	}
	return b[1] == unsupported && (b[0]&0xe0 == 0x20 || b[0]&0xe0 == 0x40) && len(b) <= 16 &&
		(int(big.Uint16(b[2:])) == len(b)-8 || int(big.Uint16(b[2:])) == len(b)-4)
}
