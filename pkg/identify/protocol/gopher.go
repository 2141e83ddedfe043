package protocol

import (
	"strconv"
	"strings"
)

// gopherMatch recognizes the lines of a menu (RFC 1436 section 3.8): a type, then name,
// selector, host and port with tabs between them.
func gopherMatch(r *Reply) (m Match) {
	lines, rest := r.lines()
	if !isText(r.Data) {
		return m
	}
	if len(lines) == 0 {
		m.More = !r.Ended && len(rest) < 1024 && (rest == "" || gopherType(rest[0]))
		return m
	}
	for i, line := range lines {
		if line == "." || i == len(lines)-1 && r.cut() {
			break
		}
		fields := strings.Split(line, "\t")
		if line == "" || !gopherType(line[0]) || len(fields) < 4 {
			return Match{}
		}
		if _, err := strconv.ParseUint(fields[3], 10, 16); err != nil {
			return Match{}
		}
		m.Strength = Certain
	}
	return m
}

// gopherType reports whether c is the type of an item: a digit or letter.
func gopherType(c byte) bool {
	return isAlnum(c) || c == '+' || c == '<' || c == ';' || c == ':'
}
