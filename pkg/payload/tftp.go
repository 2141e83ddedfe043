package payload

// TFTP: a read request for a file that does not exist (RFC 1350 section 5). The reply
// is an error (appendix) from another port (section 4).
func tftpBuild(dst []byte, q Query) []byte {
	dst = append(dst, "\x00\x01portprobe-"...)
	return append(appendHex(dst, q.id("tftp")), "\x00octet\x00"...)
}

func tftpMatch(b []byte, _ Query) bool {
	const errorPacket, lastCode = 5, 8 // RFC 2347 adds code 8
	return is16(b, 0, errorPacket) && len(b) >= 5 && big.Uint16(b[2:]) <= lastCode &&
		b[len(b)-1] == 0 && printable(b[4:len(b)-1])
}
