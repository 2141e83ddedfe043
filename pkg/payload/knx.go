package payload

// KNXnet/IP: DESCRIPTION_REQUEST (KNX standard 3/8/2, description; ISO 22510). The
// address 0.0.0.0 requests the reply to be sent to the source, as behind a NAT.
func knxBuild(dst []byte, _ Query) []byte {
	return append(dst, "\x06\x10\x02\x03\x00\x0e\x08\x01\x00\x00\x00\x00\x00\x00"...)
}

func knxMatch(b []byte, _ Query) bool {
	return len(b) > 8 && hasPrefix(b, "\x06\x10\x02\x04") && is16(b, 4, uint16(len(b)))
}
