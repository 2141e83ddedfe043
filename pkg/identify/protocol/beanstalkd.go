package protocol

import "strings"

// beanstalkdMatch recognizes the reply to "stats", a dictionary in YAML, and the error
// that commands of other protocols get (beanstalkd, doc/protocol.txt).
func beanstalkdMatch(r *Reply) (m Match) {
	lines, rest := r.lines()
	if len(lines) == 0 || !isText(r.Data) {
		m.More = !r.Ended && (mayBegin(rest, "OK ") || mayBegin(rest, "UNKNOWN_COMMAND"))
		return m
	}
	if lines[0] == "UNKNOWN_COMMAND" && !r.cut() {
		m.Strength = Certain
		return m
	}
	const first = "current-jobs-urgent: "
	if !strings.HasPrefix(lines[0], "OK ") || len(lines) > 1 && lines[1] != "---" || len(lines) > 2 && !strings.HasPrefix(lines[2], first) {
		return m
	}
	m.More = !r.Ended
	if len(lines) > 2 {
		m.Strength = Certain
	}
	for _, line := range lines {
		if version, ok := strings.CutPrefix(line, "version: "); ok {
			m.Product, m.Version = "beanstalkd", clean(strings.Trim(version, `"`))
			m.More = false
		}
	}
	return m
}
