package protocol

import "strings"

// ircMatch recognizes the messages of a server (RFC 2812 section 2.3) to a client that
// has not registered: notices of its look-ups, numeric errors, the reply to CAP LS
// (IRCv3, capability negotiation).
func ircMatch(r *Reply) (m Match) {
	lines, rest := r.lines()
	if !isText(r.Data) {
		return m
	}
	if len(lines) == 0 {
		m.More = !r.Ended && (rest == "" || rest[0] == ':' || mayBegin(rest, "NOTICE ") || mayBegin(rest, "ERROR :"))
		return m
	}
	line := lines[0]
	prefix := ""
	if strings.HasPrefix(line, ":") {
		prefix, line, _ = strings.Cut(line[1:], " ")
		if !isDomain(prefix) {
			return m
		}
	}
	command, rest, _ := strings.Cut(line, " ")
	parameter, rest, _ := strings.Cut(rest, " ")
	switch {
	case command == "ERROR" && prefix == "" && strings.HasPrefix(parameter, ":"):
		m.Limited = r.Request == ""
	case command == "NOTICE" && (parameter == "*" || parameter == "AUTH") && strings.HasPrefix(rest, ":"):
	case command == "CAP" && prefix != "" && (strings.HasPrefix(rest, "LS ") || strings.HasPrefix(rest, "NAK ")):
	case prefix != "" && ircNumeric(command) && parameter != "" && strings.Contains(rest, ":"):
	default:
		return Match{}
	}
	m.Strength = Certain
	return m
}

// ircNumeric reports whether a command is a numeric reply that a client gets before it
// has registered: an error, or 020, "please wait".
func ircNumeric(command string) bool {
	return len(command) == 3 && strings.Trim(command, "0123456789") == "" && (command[0] == '4' || command == "020")
}
