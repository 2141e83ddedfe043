package protocol

import "strings"

// status is a reply that begins with a code of three digits (RFC 959 section 4.2,
// RFC 5321 section 4.2.1).
type status struct {
	code  string
	lines []string // without the code, as far as a line has it
	whole bool     // the last line is among them, with its end
}

// statuses parses a reply as a series of them. If the data has another form, ok is
// false.
func statuses(r *Reply) (all []status, ok bool) {
	if !isText(r.Data) {
		return nil, false
	}
	lines, rest := r.lines()
	var s *status
	for _, line := range lines {
		if s == nil || s.whole {
			if !startsStatus(line) || len(line) < 3 {
				return all, false
			}
			all = append(all, status{code: line[:3]})
			s = &all[len(all)-1]
		}
		s.add(line)
	}
	if (s == nil || s.whole) && !startsStatus(rest) {
		return all, false
	}
	if s != nil && r.cut() {
		s.whole = false
	}
	return all, true
}

// add appends a line, which may lack the code if it is neither the first nor the last.
func (s *status) add(line string) {
	text, coded := strings.CutPrefix(line, s.code)
	switch {
	case coded && text == "":
		s.whole = true
	case coded && text[0] == ' ':
		s.whole, text = true, text[1:]
	case coded && text[0] == '-':
		text = text[1:]
	default:
		text = line
	}
	s.lines = append(s.lines, text)
}

// startsStatus reports whether a line, or the part of it that has arrived, begins like
// the first line of a status.
func startsStatus(line string) bool {
	for i := range min(len(line), 3) {
		if line[i] < '0' || line[i] > '9' {
			return false
		}
	}
	if line != "" && (line[0] < '1' || line[0] > '5') {
		return false
	}
	return len(line) <= 3 || line[3] == ' ' || line[3] == '-'
}

// text returns the lines of a status, each in a line of its own.
func (s *status) text() string { return strings.Join(s.lines, "\r\n") }

// enhanced reports whether the text begins with an enhanced status code (RFC 2034).
func (s *status) enhanced() bool {
	if len(s.lines) == 0 {
		return false
	}
	code, _, _ := strings.Cut(s.lines[0], " ")
	parts := strings.Split(code, ".")
	if len(parts) != 3 || parts[0] != s.code[:1] {
		return false
	}
	for _, part := range parts {
		if part == "" || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
}

// statusStep returns a step of an upgrade: a command whose reply has the code and, if
// keyword is not empty, a line that begins with it.
func statusStep(build func(*Target) []byte, code, keyword string) UpgradeStep {
	return UpgradeStep{Build: build, Next: func(data []byte) (complete, ok bool) {
		all, valid := statuses(&Reply{Data: data})
		if len(all) == 0 || !all[0].whole {
			return !valid, false
		}
		if all[0].code != code {
			return true, false
		}
		for _, line := range all[0].lines {
			if word, _, _ := strings.Cut(line, " "); keyword == "" || strings.EqualFold(word, keyword) {
				return true, true
			}
		}
		return true, false
	}}
}

// statusGreeting reports whether the first status of data is complete.
func statusGreeting(data []byte) bool {
	all, _ := statuses(&Reply{Data: data})
	return len(all) > 0 && all[0].whole
}

// send returns a function that builds a fixed request.
func send(request string) func(*Target) []byte {
	return func(*Target) []byte { return []byte(request) }
}
