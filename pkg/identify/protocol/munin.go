package protocol

import "strings"

// muninMatch recognizes the greeting of a node, and its reply to "version" (Munin
// documentation, "Data exchange between master and node").
func muninMatch(r *Reply) (m Match) {
	lines, rest := r.lines()
	const greeting = "# munin node at "
	if len(lines) == 0 {
		m.More = !r.Ended && mayBegin(rest, greeting)
		return m
	}
	host, ok := strings.CutPrefix(lines[0], greeting)
	if !ok || !isDomain(host) || !isText(r.Data) || len(lines) == 1 && r.cut() {
		return m
	}
	m.Strength = Certain
	m.More = !r.Ended && r.For("munin") && len(lines) < 2
	if len(lines) > 1 && strings.HasPrefix(lines[1], "munins node on ") {
		if _, version, ok := strings.Cut(lines[1], " version: "); ok {
			m.Product, m.Version = "munin-node", clean(version)
		}
	}
	return m
}
