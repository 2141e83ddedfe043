package protocol

import (
	"bytes"
	"strings"
)

// shoutcastMatch recognizes the response of SHOUTcast to GET: a status line of its own,
// and fields. The field icy-notice2 contains the product:
// "SHOUTcast Distributed Network Audio Server/Linux v1.9.8<BR>".
func shoutcastMatch(r *Reply) (m Match) {
	data := r.Data[:min(len(r.Data), MaxReply)]
	line, rest, found := bytes.Cut(data, []byte("\n"))
	if !icyStatus(bytes.TrimSuffix(line, []byte("\r"))) {
		return m
	}
	if !found {
		m.More = !r.Ended && len(data) < 256
		return m
	}
	var h head
	h.parseFields(rest)
	m.Strength, m.More = Certain, !h.complete && !r.Ended
	notice, _, _ := strings.Cut(h.get("icy-notice2"), "<")
	name, platform, ok := strings.Cut(notice, "/")
	if !ok {
		return m
	}
	m.Product = clean(name)
	if platform, m.Version, ok = strings.Cut(platform, " v"); ok {
		m.Version = clean(m.Version)
		m.OS = systemName(platform)
	}
	return m
}

// icyStatus reports whether line begins like "ICY 200 OK".
func icyStatus(line []byte) bool {
	const form = "ICY ddd "
	for i, c := range line[:min(len(line), len(form))] {
		if form[i] == 'd' && !isDigit(c) || form[i] != 'd' && c != form[i] {
			return false
		}
	}
	return len(line) > 0 && isText(line)
}
