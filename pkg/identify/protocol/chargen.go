package protocol

import "strings"

// chargenMatch recognizes lines of 72 characters in the order of ASCII, each of which
// begins one character later than the line before (RFC 864).
func chargenMatch(r *Reply) (m Match) {
	data := string(r.Data[:min(256, len(r.Data))])
	lines := strings.Split(data, "\r\n")
	for i, line := range lines {
		if i+1 == len(lines) {
			line = strings.TrimSuffix(line, "\r")
		}
		if len(line) > 72 || !ascending(line) || i+1 < len(lines) && len(line) != 72 {
			return m
		}
	}
	switch {
	case len(lines) < 2 || len(lines[1]) < 8:
		m.More = !r.Ended
	case ascending(lines[0][:1] + lines[1][:1]):
		m.Strength = Certain
	}
	return m
}

// ascending reports whether each character is the next one in ASCII, or the first again.
func ascending(line string) bool {
	wraps := 0
	for i := range len(line) {
		if line[i] < ' ' || line[i] > '~' {
			return false
		}
		if i == 0 || line[i] == line[i-1]+1 {
			continue
		}
		if wraps++; wraps > 1 || line[i] > '!' || line[i-1] < '|' {
			return false
		}
	}
	return true
}
