package payload

// NetBIOS name service: a node status request for the wildcard name, to which every
// node replies (RFC 1002 sections 4.2.17 and 4.2.18). The reply to a name query is
// smaller, but only the owner of the name sends one.
const (
	nbstatName  = "\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x00" // "*" and 15 NUL, section 4.1
	nbstatQuery = nbstatName + "\x00\x21\x00\x01"            // NBSTAT IN
)

func netbiosBuild(dst []byte, q Query) []byte {
	return appendDNS(dst, q.id16("netbios-ns"), nbstatQuery)
}

func netbiosMatch(b []byte, q Query) bool {
	const response, opcode = 0x80, 0x78
	const data = 12 + len(nbstatQuery) + 4 + 2 // after the TTL and the length
	return is16(b, 0, q.id16("netbios-ns")) && len(b) >= data && b[2]&response != 0 && b[2]&opcode == 0 &&
		is16(b, 4, 0) && hasPrefix(b[12:], nbstatQuery) && len(b) >= data+int(big.Uint16(b[data-2:]))
}
