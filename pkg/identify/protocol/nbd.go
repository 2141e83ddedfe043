package protocol

import "strings"

// nbdMatch recognizes the greeting of a server: of the newstyle negotiation with its
// flags, or of the oldstyle one with size, flags and 124 bytes that are zero.
func nbdMatch(r *Reply) (m Match) {
	const newstyle, oldstyle = "NBDMAGICIHAVEOPT", "NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53"
	data := string(r.Data)
	switch {
	case strings.HasPrefix(data, newstyle) && len(data) >= 18:
		if data[16] == 0 && len(data) == 18 {
			m.Strength = Certain
		}
	case strings.HasPrefix(data, oldstyle) && len(data) >= 152:
		if strings.Trim(data[28:], "\x00") == "" && len(data) == 152 {
			m.Strength = Certain
		}
	case len(data) > 0 && (begins(data, newstyle) || begins(data, oldstyle)):
		m.More = !r.Ended
	}
	return m
}

// begins reports whether one string is the beginning of the other.
func begins(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] == b[:n]
}
