package payload

// memcached: the command version after a UDP frame header with request id, datagram 0
// of 1, and reserved bytes (memcached's doc/protocol.txt, section "UDP protocol").
func memcachedBuild(dst []byte, q Query) []byte {
	return append(big.AppendUint16(dst, q.id16("memcached")), "\x00\x00\x00\x01\x00\x00version\r\n"...)
}

func memcachedMatch(b []byte, q Query) bool {
	return is16(b, 0, q.id16("memcached")) && is16(b, 2, 0) && is32(b, 4, 0x0001_0000) &&
		(hasPrefix(b[8:], "VERSION ") || hasPrefix(b[8:], "ERROR\r\n"))
}
