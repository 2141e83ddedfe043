package protocol

import "strings"

// pop3Match recognizes a server's greeting (RFC 1939 section 4, "+OK text") and its reply
// to CAPA (RFC 2449).
func pop3Match(r *Reply) (m Match) {
	lines, rest := r.lines()
	if !isText(r.Data) {
		return m
	}
	if len(lines) == 0 {
		m.More = !r.Ended && (mayBegin(rest, "+OK") || mayBegin(rest, "-ERR ["))
		return m
	}
	text, ok := strings.CutPrefix(lines[0], "+OK")
	if !ok {
		return pop3Refused(lines[0])
	}
	if text != "" && text[0] != ' ' || text == "" && r.Request != "" && len(lines) == 1 {
		m.More = text == "" && !r.Ended
		return m
	}
	m.Strength = Likely
	text = strings.TrimPrefix(text, " ")
	if !r.cut() && (r.Request == "" && text != "" || hasWord(text, "POP", "POP3", "POP3S") || pop3Stamp(text)) || len(lines) > 1 && pop3Reply(lines[1]) {
		m.Strength = Certain
	}
	m.More = !r.Ended && (r.Request != "" && len(lines) < 2 || r.For("pop3") && !pop3Whole(lines))
	m.Product, m.Version = pop3Product(text, lines[1:])
	m.OS = system(text)
	m.Texts = []Text{{"pop3.banner", text}}
	return m
}

// pop3Refused recognizes a server that turns the client away with a response code
// (RFC 3206).
func pop3Refused(line string) (m Match) {
	for _, code := range []string{"SYS/TEMP", "SYS/PERM", "LOGIN-DELAY", "IN-USE"} {
		if strings.HasPrefix(line, "-ERR ["+code+"]") {
			m.Strength, m.Limited = Certain, true
		}
	}
	return m
}

// pop3Stamp reports whether a greeting has a timestamp for APOP (RFC 1939 section 7).
func pop3Stamp(text string) bool {
	_, stamp, ok := strings.Cut(text, "<")
	stamp, _, ended := strings.Cut(stamp, ">")
	return ok && ended && strings.Contains(stamp, "@") && !strings.Contains(stamp, " ")
}

func pop3Reply(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return word == "+OK" || word == "-ERR"
}

// pop3Whole reports whether the reply to CAPA is complete: refused, or ended by a dot.
func pop3Whole(lines []string) bool {
	return len(lines) > 1 && (strings.HasPrefix(lines[1], "-ERR") || lines[len(lines)-1] == ".")
}

// pop3Product returns the server that the greeting names, or the capability
// IMPLEMENTATION (RFC 2449 section 6.9).
func pop3Product(text string, capabilities []string) (product, version string) {
	for _, line := range capabilities {
		if s, ok := strings.CutPrefix(line, "IMPLEMENTATION "); ok {
			return implementation(s)
		}
	}
	return known(text, "Dovecot", "Cyrus POP3", "Qpopper", "Courier", "MDaemon", "Zimbra", "hMailServer",
		"Kerio Connect", "Microsoft Exchange", "MailEnable", "CommuniGate Pro")
}

// implementation splits what a capability of that name contains into product and
// version. A word in parentheses, such as the system, is not part of the product.
func implementation(s string) (product, version string) {
	var words []string
	for word := range strings.FieldsSeq(s) {
		if v := leadingVersion(word); v != "" && len(words) > 0 {
			return clean(strings.Join(words, " ")), v
		}
		if word[0] != '(' {
			words = append(words, word)
		}
	}
	return clean(strings.Join(words, " ")), ""
}
