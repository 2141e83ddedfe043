package protocol

import "strings"

// rsyncMatch recognizes the greeting of a daemon, "@RSYNCD: version digests", where the
// version is that of the protocol.
func rsyncMatch(r *Reply) (m Match) {
	rest, more, ok := bannerLine(r, "@RSYNCD: ")
	m.More = more
	version, _, _ := strings.Cut(rest, " ")
	if ok && version != "" && leadingVersion(version) == version {
		m.Strength = Certain
	}
	return m
}
