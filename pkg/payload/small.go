package payload

// The small services that reply to any datagram: time (RFC 868) and daytime (RFC 867)
// to an empty one, echo (RFC 862) with the datagram itself. chargen and quote of the
// day have long replies and get only the empty datagram of every port.
func emptyBuild(dst []byte, _ Query) []byte { return dst }

// timeMatch expects seconds since 1900, between 2001 and 2036. GNU inetutils appends
// four zero bytes.
func timeMatch(b []byte, _ Query) bool {
	const year2001 = 3187296000
	return (len(b) == 4 || len(b) == 8 && is32(b, 4, 0)) && big.Uint32(b) >= year2001
}

// daytimeMatch expects a line of text with hours and minutes.
func daytimeMatch(b []byte, _ Query) bool {
	if len(b) < 10 || len(b) > 128 || !printable(b) {
		return false
	}
	for i := 2; i < len(b)-2; i++ {
		if b[i] == ':' && digit(b[i-1]) && digit(b[i+1]) && digit(b[i+2]) {
			return true
		}
	}
	return false
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func echoBuild(dst []byte, q Query) []byte { return big.AppendUint64(dst, q.id("echo")) }

func echoMatch(b []byte, q Query) bool { return len(b) == 8 && is64(b, 0, q.id("echo")) }
