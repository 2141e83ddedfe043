package protocol

import (
	"bytes"
	"strings"
)

// maxFields is the maximum number of fields of a message that are kept.
const maxFields = 128

// head is the start line and the fields of a message in the format of RFC 9112
// section 2.1, which RTSP and SIP share.
type head struct {
	version string // of the protocol, such as "1.1"
	status  int
	reason  string
	fields  []field
	body    []byte // what follows the empty line
	// complete means that the empty line was received.
	complete bool
}

// field is a field of a message. The name is in lower case.
type field struct{ name, value string }

// parseHead parses a response of a protocol, such as "HTTP". It reports ok if the status
// line is valid and complete, and partial if further data may make it so. Lines may end
// in LF alone (RFC 9112 section 2.2).
func parseHead(proto string, data []byte, ended bool) (h head, ok, partial bool) {
	data = data[:min(len(data), MaxReply)]
	line, rest, found := bytes.Cut(data, []byte("\n"))
	if !found && !ended {
		return h, false, len(data) < MaxReply && statusPrefix(proto, data)
	}
	if !h.statusLine(proto, strings.TrimSuffix(string(line), "\r")) {
		return h, false, false
	}
	h.parseFields(rest)
	return h, true, !ended && !h.complete
}

// statusPrefix reports whether data may be the beginning of a status line.
func statusPrefix(proto string, data []byte) bool {
	const digits = "/d.d ddd"
	for i, c := range data {
		switch {
		case i < len(proto):
			if c != proto[i] {
				return false
			}
		case i < len(proto)+len(digits):
			if want := digits[i-len(proto)]; want == 'd' && !isDigit(c) || want != 'd' && c != want {
				return false
			}
		default:
			return (c == ' ' || c == '\r') && isText(data)
		}
	}
	return true
}

// statusLine parses "HTTP/1.1 200 OK" (RFC 9112 section 4). Servers that omit the reason
// may omit the space before it.
func (h *head) statusLine(proto, line string) bool {
	n := len(proto) + len("/1.1 200")
	if len(line) < n || !statusPrefix(proto, []byte(line)) || line[n-3] == '0' {
		return false
	}
	h.version = line[len(proto)+1 : n-4]
	for _, c := range line[n-3 : n] {
		h.status = h.status*10 + int(c-'0')
	}
	h.reason = strings.TrimSpace(line[n:])
	return true
}

// parseFields parses the fields up to the empty line. A line that begins with "<" ends
// them as well: some devices send a page without an empty line. Other lines that are not
// fields are ignored.
func (h *head) parseFields(data []byte) {
	for {
		line, rest, found := bytes.Cut(data, []byte("\n"))
		if bytes.HasPrefix(line, []byte("<")) {
			h.body, h.complete = data, true
			return
		}
		if !found {
			return
		}
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) == 0 {
			h.body, h.complete = rest, true
			return
		}
		h.add(line)
		data = rest
	}
}

// add keeps the field of a line.
func (h *head) add(line []byte) {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(h.fields) == maxFields || !isToken(name) {
		return
	}
	h.fields = append(h.fields, field{strings.ToLower(string(name)), strings.Trim(string(value), " \t")})
}

// get returns the value of the first field of that name, which is in lower case.
func (h *head) get(name string) string {
	for i := range h.fields {
		if h.fields[i].name == name {
			return h.fields[i].value
		}
	}
	return ""
}

// isToken reports whether b is a token (RFC 9110 section 5.6.2).
func isToken(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return len(b) > 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
