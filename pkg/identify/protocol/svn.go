package protocol

import "strings"

// svnMatch recognizes the greeting of svnserve, a list in parentheses (Subversion,
// libsvn_ra_svn/protocol): ( success ( minver maxver ( mechanisms ) ( capabilities …
func svnMatch(r *Reply) (m Match) {
	const begin = "( success ( "
	data := string(r.Data[:min(4096, len(r.Data))])
	rest, ok := strings.CutPrefix(data, begin)
	fields := strings.Fields(rest)
	if !ok || len(fields) < 4 || !strings.Contains(data, ") ) ") {
		m.More = !r.Ended && mayBegin(data, begin) && len(data) < 4096
		return m
	}
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	if digits(fields[0]) && digits(fields[1]) && fields[2] == "(" && isText([]byte(data)) {
		m.Strength = Certain
	}
	return m
}
