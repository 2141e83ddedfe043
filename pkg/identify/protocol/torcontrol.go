package protocol

import "strings"

// torControlMatch recognizes the reply to PROTOCOLINFO (Tor control-spec, section 3.21)
// and to a command before authentication.
func torControlMatch(r *Reply) (m Match) {
	// What a binary request gets: a message of the protocol's version 0.
	const v0 = "\x00\x60\x00\x00\x00\x01The v0 control protocol is not supported by Tor"
	if data := string(r.Data); data != "" && mayBegin(data, v0) {
		if len(data) >= len(v0) {
			m.Strength = Certain
		}
		m.More = !r.Ended && m.Strength == No
		return m
	}
	lines, rest := r.lines()
	const info, refused = "250-PROTOCOLINFO 1", "514 Authentication required."
	if !isText(r.Data) {
		return m
	}
	if len(lines) == 0 {
		m.More = !r.Ended && (mayBegin(rest, info) || mayBegin(rest, refused))
		return m
	}
	if lines[0] != info && lines[0] != refused || len(lines) == 1 && r.cut() {
		return m
	}
	m.Strength = Certain
	m.More = !r.Ended && lines[0] == info
	for _, line := range lines[1:] {
		if version, ok := strings.CutPrefix(line, `250-VERSION Tor="`); ok {
			version, _, _ = strings.Cut(version, `"`)
			m.Product, m.Version = "Tor", clean(version)
		}
		if strings.HasPrefix(line, "250 ") {
			m.More = false
		}
	}
	return m
}
