package protocol

import (
	"strconv"
	"strings"
)

// epmdRequest is NAMES_REQ (Erlang distribution protocol, section 14.1).
func epmdRequest(*Target) []byte { return []byte{0, 1, 'n'} }

// epmdMatch recognizes the reply: the port of the daemon, and a line for each node.
func epmdMatch(r *Reply) (m Match) {
	c := cursor{rest: r.Data}
	port := c.u32()
	if !r.For("epmd") || len(r.Data) == 0 || r.Data[0] != 0 || !c.short && (port == 0 || port > 65535) {
		return m
	}
	text := string(c.rest)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if last := i == len(lines)-1; last && (line == "" || !r.Ended) {
			break
		}
		if !epmdNode(line) {
			return m
		}
	}
	m.More = !r.Ended
	switch {
	case c.short:
	case text == "" && r.Ended && port == 4369:
		m.Strength = Likely // no nodes
	case strings.HasSuffix(text, "\n"):
		m.Strength = Certain
	}
	return m
}

// epmdNode reports whether a line is "name NODE at port N".
func epmdNode(line string) bool {
	rest, ok := strings.CutPrefix(line, "name ")
	name, port, found := strings.Cut(rest, " at port ")
	n, err := strconv.Atoi(port)
	return ok && found && name != "" && isText([]byte(name)) && err == nil && n > 0 && n <= 65535
}
