package protocol

import "strings"

// gearmanRequest is an echo, which only this protocol has, and the text command for the
// version (Gearman, PROTOCOL, "Client/Worker Requests" and "Administrative Protocol").
func gearmanRequest(*Target) []byte {
	return []byte("\x00REQ\x00\x00\x00\x10\x00\x00\x00\x00version\r\n")
}

// gearmanMatch recognizes the reply to it, and the error that commands of other protocols
// get.
func gearmanMatch(r *Reply) (m Match) {
	data := string(r.Data)
	const echo, unknown = "\x00RES\x00\x00\x00\x11\x00\x00\x00\x00", "ERR UNKNOWN_COMMAND Unknown+server+command"
	rest, ok := strings.CutPrefix(data, echo)
	switch {
	case strings.HasPrefix(data, unknown):
		m.Strength = Certain
	case !ok:
		m.More = !r.Ended && (mayBegin(data, echo) || mayBegin(data, unknown))
	default:
		m.Strength = Certain
		line, _, whole := strings.Cut(rest, "\n")
		if version, ok := strings.CutPrefix(line, "OK "); ok && whole && isText([]byte(line)) {
			m.Product, m.Version = "gearmand", clean(version)
		}
		m.More = !r.Ended && !whole
	}
	return m
}
