package protocol

import "strings"

// clamdMatch recognizes the reply to VERSION, and the error that other commands get
// (clamd(8), "COMMANDS").
func clamdMatch(r *Reply) (m Match) {
	data := string(r.Data[:min(256, len(r.Data))])
	end := strings.IndexAny(data, "\n\x00")
	const begin, unknown = "ClamAV ", "UNKNOWN COMMAND"
	if end < 0 {
		m.More = !r.Ended && (mayBegin(data, begin) || mayBegin(data, unknown))
		return m
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(data[:end], begin), "/")
	switch {
	case data[:end] == unknown:
		m.Strength = Likely
	case strings.HasPrefix(data, begin) && leadingVersion(version) == version:
		m.Strength, m.Product, m.Version = Certain, "ClamAV", clean(version)
	}
	return m
}
