package payload

// EtherNet/IP: ListIdentity, which needs no session (ODVA, CIP volume 2, sections 2-3
// and 2-4.2). Numbers are little-endian. The reply repeats the sender context.
func enipBuild(dst []byte, q Query) []byte {
	dst = append(dst, 0x63, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return append(big.AppendUint64(dst, q.id("enip")), 0, 0, 0, 0)
}

func enipMatch(b []byte, q Query) bool {
	return len(b) >= 26 && b[0] == 0x63 && b[1] == 0 && int(b[2])|int(b[3])<<8 == len(b)-24 && is64(b, 12, q.id("enip"))
}
