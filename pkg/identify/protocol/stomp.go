package protocol

import "strings"

// stompRequest offers a version that no server has: the server replies with the versions
// that it has, and no session begins (STOMP 1.2, "Protocol Negotiation").
func stompRequest(t *Target) []byte {
	host := t.Name
	if host == "" {
		host = t.Addr.Addr().Unmap().WithZone("").String()
	}
	host = strings.NewReplacer("\n", "", "\r", "", "\x00", "", ":", `\c`, `\`, `\\`).Replace(host)
	return []byte("CONNECT\naccept-version:9.9\nhost:" + host + "\n\n\x00")
}

// stompMatch recognizes a frame of a server (STOMP 1.2, "Server Frames").
func stompMatch(r *Reply) (m Match) {
	frame, _, whole := strings.Cut(string(r.Data), "\x00")
	head, _, ended := strings.Cut(strings.ReplaceAll(frame, "\r\n", "\n"), "\n\n")
	command, headers, _ := strings.Cut(head, "\n")
	if command != "ERROR" && command != "CONNECTED" || !ended || !whole {
		head = strings.TrimSuffix(head, "\r")
		m.More = !r.Ended && !whole && (mayBegin(head, "ERROR\n") || mayBegin(head, "CONNECTED\n"))
		return m
	}
	named := false
	for line := range strings.SplitSeq(headers, "\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isText([]byte(line)) {
			return Match{}
		}
		switch name {
		case "server":
			m.Product, m.Version = splitVersion(clean(value))
			named = true
		case "version", "message", "content-type", "content-length", "heart-beat", "session":
			named = true
		}
	}
	if !named {
		return Match{}
	}
	m.Strength = Certain
	return m
}
