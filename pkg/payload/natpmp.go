package payload

// NAT-PMP: a request for the public address (RFC 6886 section 3.2). Its successor PCP:
// ANNOUNCE, which creates no mapping (RFC 6887 section 14.1). PCP requires the client's
// own address, which is unknown here: the server replies with an error, which is enough
// (section 8.2).
func natpmpBuild(dst []byte, _ Query) []byte { return append(dst, 0, 0) }

// natpmpMatch also accepts the eight bytes of a server without version 0 (RFC 6887
// appendix A).
func natpmpMatch(b []byte, _ Query) bool {
	const lastResult = 5
	return (len(b) == 12 || len(b) == 8) && is16(b, 0, 0x0080) && big.Uint16(b[2:]) <= lastResult
}

const pcpSize = 24

func pcpBuild(dst []byte, _ Query) []byte {
	const version = 2
	return append(append(dst, version), make([]byte, pcpSize-1)...)
}

func pcpMatch(b []byte, _ Query) bool {
	const versionAndResponse, lastResult = 0x0280, 13
	return len(b) >= pcpSize && len(b)%4 == 0 && is16(b, 0, versionAndResponse) && b[2] == 0 && b[3] <= lastResult
}
