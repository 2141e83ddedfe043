package protocol

import "strings"

// nutMatch recognizes the reply of upsd to VER, and its errors (Network UPS Tools,
// Developer Guide, "Network protocol information").
func nutMatch(r *Reply) (m Match) {
	line, _, whole := strings.Cut(string(r.Data[:min(512, len(r.Data))]), "\n")
	rest, ok := strings.CutPrefix(line, "Network UPS Tools upsd ")
	switch {
	case ok && whole:
		m.Strength, m.Product, m.Version = Certain, "Network UPS Tools upsd", leadingVersion(rest)
	case whole && (line == "ERR UNKNOWN-COMMAND" || line == "ERR INVALID-ARGUMENT"):
		m.Strength = Certain
	case whole && line == "ERR ACCESS-DENIED":
		m.Strength, m.Limited = Certain, true
	case !whole && !r.Ended:
		for _, s := range []string{"Network UPS Tools upsd ", "ERR UNKNOWN-COMMAND", "ERR INVALID-ARGUMENT", "ERR ACCESS-DENIED"} {
			m.More = m.More || mayBegin(line, s)
		}
	}
	return m
}
