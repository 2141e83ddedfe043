package payload

// NAT-PMP: the request for the public address, two bytes (RFC 6886 section
// 3.2); and its successor PCP: ANNOUNCE, which maps nothing (RFC 6887 section
// 14.1). PCP wants the client's own address in the request, which the sender
// does not know: the server says so, and that is its answer (section 8.2).
func natpmpBuild(dst []byte, _ Query) []byte { return append(dst, 0, 0) }

// natpmpMatch also takes the eight bytes of a server that knows no version 0
// (RFC 6887 appendix A).
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
