package protocol

import "strings"

// nntpMatch recognizes a server's greeting (RFC 3977 section 5.1) that names news, and
// its reply to CAPABILITIES (section 5.2).
func nntpMatch(r *Reply) (m Match) {
	lines, rest := r.lines()
	if !isText(r.Data) {
		return m
	}
	if len(lines) == 0 {
		m.More = !r.Ended && (mayBegin(rest, "20") || mayBegin(rest, "400 ") || mayBegin(rest, "502 "))
		return m
	}
	code, text, _ := strings.Cut(lines[0], " ")
	named := hasWord(text, "NNTP", "NNRP", "INTERNETNEWS", "POSTING", "NEWS", "INN") && !(len(lines) == 1 && r.cut())
	listed := r.For("nntp") && len(lines) > 1 && strings.HasPrefix(lines[1], "101")
	switch refused := code == "400" || code == "502"; {
	case code != "200" && code != "201" && (!refused || !named):
		return m
	case named || listed:
		m.Strength = Certain
		m.Limited = refused
	case r.For("nntp"):
		m.More = !r.Ended && len(lines) < 2 && mayBegin(rest, "101")
		return m
	default:
		m.Strength = Likely
	}
	m.More = !r.Ended && (r.Request != "" && len(lines) < 2 || listed && lines[len(lines)-1] != ".")
	m.Product, m.Version = known(text, "INN", "Leafnode", "Diablo", "Cyrus NNTP", "sn", "Typhoon", "DNews")
	for _, line := range lines[1:] {
		if s, ok := strings.CutPrefix(line, "IMPLEMENTATION "); ok && listed {
			m.Product, m.Version = implementation(s)
		}
	}
	if _, version := known(text, "NNTP Service"); version != "" {
		m.Product, m.Version = "Microsoft NNTP Service", version
	}
	m.OS = system(text)
	m.Texts = []Text{{"nntp.banner", text}}
	return m
}
