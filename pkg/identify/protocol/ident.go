package protocol

import "strings"

// identMatch recognizes a reply to a query (RFC 1413 section 6): the pair of ports, then
// ERROR or USERID. The query is for ports between which there is no connection.
func identMatch(r *Reply) (m Match) {
	line, _, whole := strings.Cut(string(r.Data[:min(1024, len(r.Data))]), "\n")
	if !whole {
		m.More = !r.Ended && len(line) < 1024 && strings.Trim(line[:min(len(line), 3)], "0123456789 ,") == "" && isText(r.Data)
		return m
	}
	fields := strings.SplitN(strings.TrimSuffix(line, "\r"), ":", 4)
	if len(fields) < 3 || !portPair(fields[0]) || !isText([]byte(line)) {
		return m
	}
	switch strings.TrimSpace(fields[1]) {
	case "ERROR":
		switch e := strings.TrimSpace(fields[2]); {
		case e == "INVALID-PORT", e == "NO-USER", e == "HIDDEN-USER", e == "UNKNOWN-ERROR", strings.HasPrefix(e, "X"):
			m.Strength = Certain
		}
	case "USERID":
		if len(fields) == 4 {
			m.Strength = Certain
		}
	}
	return m
}

// portPair reports whether s is two port numbers with a comma between them.
func portPair(s string) bool {
	a, b, ok := strings.Cut(s, ",")
	number := func(s string) bool {
		s = strings.TrimSpace(s)
		return s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
	}
	return ok && number(a) && number(b)
}
