package payload

// DNS (RFC 1035 section 4.1). The first query is for the server's identity (RFC 4892
// section 2), which no server has to look up: one without an identity refuses in a few
// bytes. The second, for servers that know only class IN, is for a name that servers
// answer themselves (RFC 6761 section 6.3). Neither desires recursion.
const (
	dnsIdentity  = "\x02id\x06server\x00\x00\x10\x00\x03"     // id.server. TXT CH
	dnsLocalhost = "\x09localhost\x00\x00\x01\x00\x01"        // localhost. A IN
	dnsOneQuery  = "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" // flags and the four counts
)

func dnsBuild(dst []byte, q Query) []byte { return appendDNS(dst, q.id16("dns"), dnsIdentity) }

func dnsMatch(b []byte, q Query) bool { return isDNS(b, q.id16("dns"), dnsIdentity) }

func dnsLocalBuild(dst []byte, q Query) []byte {
	return appendDNS(dst, q.id16("dns-local"), dnsLocalhost)
}

func dnsLocalMatch(b []byte, q Query) bool { return isDNS(b, q.id16("dns-local"), dnsLocalhost) }

func appendDNS(dst []byte, id uint16, question string) []byte {
	return append(append(big.AppendUint16(dst, id), dnsOneQuery...), question...)
}

// isDNS reports whether b is a response with that id to that question. An error may
// omit the question (RFC 1035 section 4.1.1: the server could not interpret it).
func isDNS(b []byte, id uint16, question string) bool {
	const response, opcode, rcode, zero = 0x80, 0x78, 0x0f, 0x40
	if !is16(b, 0, id) || len(b) < 12 || b[2]&response == 0 || b[2]&opcode != 0 || b[3]&zero != 0 {
		return false
	}
	switch big.Uint16(b[4:]) {
	case 0:
		return b[3]&rcode != 0 && len(b) == 12
	case 1:
		return hasFold(b[12:], question) && holdsRecords(b, len(question))
	}
	return false
}

// holdsRecords reports whether b has room for the records that it counts: at least a
// one-byte name and ten bytes each (section 4.1.3).
func holdsRecords(b []byte, question int) bool {
	records := int(big.Uint16(b[6:])) + int(big.Uint16(b[8:])) + int(big.Uint16(b[10:]))
	return len(b) >= 12+question+11*records
}

// hasFold is hasPrefix without regard to case. s is lower case, and none of its bytes
// is a letter with another bit 0x20.
func hasFold(b []byte, s string) bool {
	if len(b) < len(s) {
		return false
	}
	for i := range len(s) {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != s[i] {
			return false
		}
	}
	return true
}
