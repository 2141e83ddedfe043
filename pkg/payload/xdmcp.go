package payload

// XDMCP: Query without authentication names (X Display Manager Control Protocol 1.1,
// section "Packet formats"). The reply is Willing or Unwilling. It opens no session.
func xdmcpBuild(dst []byte, _ Query) []byte { return append(dst, "\x00\x01\x00\x02\x00\x01\x00"...) }

func xdmcpMatch(b []byte, _ Query) bool {
	const willing, unwilling = 5, 6
	if len(b) < 6 || !is16(b, 0, 1) || !is16(b, 4, uint16(len(b)-6)) {
		return false
	}
	strings := 0
	switch big.Uint16(b[2:]) {
	case willing:
		strings = 3 // authentication name, host name, status
	case unwilling:
		strings = 2 // host name, status
	default:
		return false
	}
	for b = b[6:]; strings > 0; strings-- {
		if len(b) < 2 || len(b)-2 < int(big.Uint16(b)) {
			return false
		}
		b = b[2+int(big.Uint16(b)):]
	}
	return len(b) == 0
}
