package payload

// The small services that answer any datagram: time (RFC 868) and daytime
// (RFC 867) an empty one, echo (RFC 862) with what it was sent. The other
// two, chargen and quote of the day, answer at length, and get no more than
// the empty datagram that every port gets.
func emptyBuild(dst []byte, _ Query) []byte { return dst }

// timeMatch wants seconds since 1900 that are of this century, until 2036.
// GNU inetutils sends four bytes too many, which are zero.
func timeMatch(b []byte, _ Query) bool {
	const year2001 = 3187296000
	return (len(b) == 4 || len(b) == 8 && is32(b, 4, 0)) && big.Uint32(b) >= year2001
}

// daytimeMatch wants a line of text with hours and minutes in it.
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
