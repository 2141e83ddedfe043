package protocol

import "strings"

// Codes of telnet (RFC 854).
const (
	telnetIAC  = 255
	telnetSB   = 250
	telnetSE   = 240
	telnetWill = 251
	telnetDont = 254
)

// telnetMatch recognizes the negotiation of options (RFC 854, RFC 855): one option that
// text follows, or two.
func telnetMatch(r *Reply) (m Match) {
	text, options, state := telnetText(r.Data)
	switch {
	case state == telnetInvalid || !isTerminalText(text):
		return m
	case options == 0 && state == telnetWhole:
		return telnetPrompt(r, text)
	}
	m.More = !r.Ended && (state == telnetPartial || text == "")
	switch {
	case options == 0:
		return m
	case r.Data[0] != telnetIAC || options == 1 && text == "":
		m.Strength = Likely
	default:
		m.Strength = Certain
	}
	if text = strings.TrimSpace(text); text != "" {
		m.Texts = []Text{{"telnet.banner", cleanTo(text, 1024)}}
	}
	return m
}

// telnetPrompt recognizes a prompt without negotiation, which other services have too.
func telnetPrompt(r *Reply, text string) (m Match) {
	line := strings.ToLower(strings.TrimRight(text[strings.LastIndexByte(text, '\n')+1:], " "))
	for _, prompt := range []string{"login:", "username:", "password:"} {
		if strings.HasSuffix(line, prompt) {
			m.Strength = Weak
		}
	}
	m.More = !r.Ended && r.Request == "" && line != "" && len(line) < 64
	return m
}

// isTerminalText reports whether a text is one for a terminal: it may ring the bell and
// contain escape sequences, and NUL after CR (RFC 854).
func isTerminalText(text string) bool {
	for i, c := range []byte(text) {
		control := c < ' ' && strings.IndexByte("\t\r\n\a\b\x1b", c) < 0 || c == 0x7f
		if control && (c != 0 || i == 0 || text[i-1] != '\r') {
			return false
		}
	}
	return true
}

// telnetState is how data ends.
type telnetState uint8

const (
	telnetWhole   telnetState = iota
	telnetPartial             // within a command
	telnetInvalid             // data is not telnet
)

// telnetText separates text and commands, and counts the options that are negotiated.
func telnetText(data []byte) (text string, options int, state telnetState) {
	var b strings.Builder
	for len(data) > 0 {
		if data[0] != telnetIAC {
			b.WriteByte(data[0])
			data = data[1:]
			continue
		}
		n, option := telnetCommand(data)
		switch {
		case n < 0:
			return "", options, telnetInvalid
		case n == 0:
			return b.String(), options, telnetPartial
		case option:
			options++
		}
		data = data[n:]
	}
	return b.String(), options, telnetWhole
}

// telnetCommand returns the length of the command that data begins with: 0 if it is
// longer than data, negative if it is invalid. option reports whether it negotiates one.
func telnetCommand(data []byte) (n int, option bool) {
	if len(data) < 2 {
		return 0, false
	}
	switch c := data[1]; {
	case c >= telnetWill && c <= telnetDont:
		if len(data) < 3 {
			return 0, false
		}
		if !telnetOption(data[2]) {
			return -1, false
		}
		return 3, true
	case c == telnetSB:
		for i := 3; i+1 < len(data) && i < 1024; i++ {
			if data[i] == telnetIAC && data[i+1] == telnetSE {
				return i + 2, true
			}
		}
		if len(data) >= 1024 {
			return -1, false
		}
		return 0, false
	case c > telnetSE && c < telnetSB:
		return 2, false
	}
	return -1, false
}

// telnetOption reports whether an option is assigned (IANA, Telnet Options), or one that
// games use.
func telnetOption(c byte) bool {
	return c < 50 || c >= 69 && c <= 93 || c >= 138 && c <= 140 || c == 200 || c == 201 || c == 255
}
