package payload

// NTP: a client packet (mode 3, RFC 5905 section 7.3) that is zero except for the first
// byte and the transmit timestamp, which the server returns as the origin timestamp
// (section 8). Control and private messages (modes 6 and 7) are never sent.
const ntpSize = 48

func ntpBuild(dst []byte, q Query) []byte {
	const version4Client = 4<<3 | 3
	dst = append(dst, version4Client)
	dst = append(dst, make([]byte, ntpSize-9)...)
	return big.AppendUint64(dst, q.id("ntp"))
}

func ntpMatch(b []byte, q Query) bool {
	const server = 4
	return len(b) >= ntpSize && b[0]&7 == server && is64(b, 24, q.id("ntp"))
}
