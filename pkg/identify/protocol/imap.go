package protocol

import "strings"

// imapMatch recognizes a server's greeting (RFC 9051 section 7.1, "* OK text") and takes
// product and version from the reply to ID (RFC 2971).
func imapMatch(r *Reply) (m Match) {
	lines, rest := r.lines()
	if !isText(r.Data) {
		return m
	}
	if len(lines) == 0 {
		for _, greeting := range []string{"* OK ", "* PREAUTH ", "* BYE "} {
			m.More = m.More || !r.Ended && mayBegin(rest, greeting)
		}
		return m
	}
	for _, greeting := range []string{"* OK ", "* PREAUTH ", "* BYE "} {
		if text, ok := strings.CutPrefix(lines[0], greeting); ok {
			m.Strength = Certain
			m.Limited = greeting == "* BYE "
			m.Product, m.Version = imapProduct(text)
			m.OS = system(text)
			m.Texts = []Text{{"imap4.banner", text}}
		}
	}
	if m.Strength == No {
		return m
	}
	m.More = !r.Ended && (r.For("imap") || r.For("imap-id"))
	for _, line := range lines[1:] {
		if id, ok := strings.CutPrefix(line, "* ID ("); ok {
			imapID(&m, id)
		}
		if strings.HasPrefix(line, "a ") {
			m.More = false
		}
	}
	return m
}

func imapProduct(text string) (product, version string) {
	return known(text, "Dovecot", "Cyrus IMAP4", "Cyrus IMAP", "Courier-IMAP", "MDaemon", "Zimbra", "hMailServer",
		"Kerio Connect", "Microsoft Exchange", "MailEnable", "CommuniGate Pro", "Gimap", "IceWarp")
}

// imapID takes the fields of an ID response, a list of quoted names and values.
func imapID(m *Match, list string) {
	for {
		name, rest, ok := quoted(list)
		value, rest, valid := quoted(rest)
		if !ok || !valid {
			return
		}
		switch value = clean(value); strings.ToLower(name) {
		case "name":
			m.Product = value
		case "version":
			m.Version = value
		case "vendor":
			m.Vendor = value
		case "os":
			m.OS = value
		}
		list = rest
	}
}

// quoted returns the quoted string that s begins with, and what follows it. NIL is an
// empty string.
func quoted(s string) (value, rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	if len(s) >= 3 && strings.EqualFold(s[:3], "NIL") {
		return "", s[3:], true
	}
	if s == "" || s[0] != '"' {
		return "", s, false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", s, false
}

// imapIDRequest is the command ID with the name of the client.
func imapIDRequest(t *Target) []byte {
	name, version := splitVersion(t.Agent)
	return []byte(`a ID ("name" "` + imapString(name) + `" "version" "` + imapString(version) + "\")\r\n")
}

// imapString returns what may be between quotation marks.
func imapString(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return -1
		}
		return c
	}, s)
}
