package protocol

import "strings"

// fingerMatch recognizes the list of users that an empty query gets, and that there is no
// user of a name (RFC 1288 section 2.3). The RFC leaves their form open: these are the
// forms of BSD and its descendants.
func fingerMatch(r *Reply) (m Match) {
	lines, rest := r.lines()
	const unknown, user = "finger: ", ": no such user."
	switch {
	case !isText(r.Data):
		return m
	case len(lines) > 0 && strings.HasPrefix(lines[0], unknown) && strings.HasSuffix(lines[0][len(unknown):], user):
		m.Strength = Certain
		return m
	case !r.For("finger"):
		m.More = !r.Ended && len(lines) == 0 && len(rest) < 256 && mayBegin(rest, unknown)
		return m
	}
	for _, line := range lines {
		if line == "" {
			continue
		}
		if line == "No one logged on" || line == "No one logged on." || hasFields(line, "Login", "Name", "Tty") || hasFields(line, "Login", "Name", "TTY") {
			m.Strength = Certain
		}
		return m
	}
	m.More = !r.Ended && len(rest) < 256
	return m
}

// hasFields reports whether a line has these words in this order, others between them.
func hasFields(line string, fields ...string) bool {
	for word := range strings.FieldsSeq(line) {
		if len(fields) > 0 && word == fields[0] {
			fields = fields[1:]
		}
	}
	return len(fields) == 0
}
