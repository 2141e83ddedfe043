package protocol

import "strings"

// memcachedMatch recognizes the reply to "version" and the refusals of a server
// (memcached, doc/protocol.txt). "ERROR" alone is not enough: other services reply so.
func memcachedMatch(r *Reply) (m Match) {
	line, _, whole := strings.Cut(string(r.Data[:min(256, len(r.Data))]), "\r\n")
	switch version, ok := strings.CutPrefix(line, "VERSION "); {
	case whole && version != "" && ok && leadingVersion(version) == version:
		m.Strength, m.Product, m.Version = Certain, "memcached", clean(version)
	case whole && (line == "ERROR Too many open connections" || line == "CLIENT_ERROR unauthenticated"):
		m.Strength, m.Limited = Certain, true
	case whole && strings.HasPrefix(line, "STAT pid "):
		return memcachedStats(r)
	case !whole && !r.Ended:
		for _, s := range []string{"VERSION ", "STAT pid ", "ERROR Too many open connections", "CLIENT_ERROR unauthenticated"} {
			m.More = m.More || mayBegin(line, s)
		}
	}
	return m
}

// memcachedDatagramMatch recognizes a reply after the header of a datagram, which is the
// only one (memcached, doc/protocol.txt, "UDP protocol").
func memcachedDatagramMatch(r *Reply) (m Match) {
	const header = 8
	if len(r.Data) < header || string(r.Data[2:6]) != "\x00\x00\x00\x01" {
		return m
	}
	return memcachedMatch(&Reply{Request: r.Request, Data: r.Data[header:], Ended: true})
}

// memcachedStats recognizes the reply to "stats", a command that beanstalkd has too.
func memcachedStats(r *Reply) (m Match) {
	lines, _ := r.lines()
	for _, line := range lines {
		if !strings.HasPrefix(line, "STAT ") {
			return m
		}
		if version, ok := strings.CutPrefix(line, "STAT version "); ok {
			m.Strength, m.Product, m.Version = Certain, "memcached", clean(version)
			return m
		}
	}
	m.More = !r.Ended
	return m
}
