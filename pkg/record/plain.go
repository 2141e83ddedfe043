package record

import (
	"bytes"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// isObject says whether a line can only be meant as a JSON object.
func isObject(text []byte) bool {
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' {
			return c == '{'
		}
	}
	return false
}

// plain reads the lines that other tools write: host:port, [v6]:port, with
// /tcp or /udp behind or not, and '#' with what follows it at the beginning
// or behind white space.
func (d *Decoder) plain(l ndjson.Line, in *Input) error {
	text := bytes.Trim(Uncomment(l.Text), blanks)
	if IsComment(l.Text) {
		in.Skip = true
		return nil
	}
	if p := parsePlain(text, in); p != nil {
		*in = Input{Retries: -1}
		return Unreadable(l, p.kind, p.msg)
	}
	return nil
}

// IsComment reports whether a line contains nothing but a comment.
func IsComment(text []byte) bool {
	text = bytes.TrimLeft(text, blanks)
	return len(text) == 0 || text[0] == '#'
}

// blanks are what counts for nothing around a record.
const blanks = " \t\r"

// Uncomment cuts the comment off a line of text: from # at the beginning or
// behind white space, in host lists, scope files and plain records alike.
func Uncomment(text []byte) []byte {
	for i, c := range text {
		if c == '#' && (i == 0 || strings.IndexByte(blanks, text[i-1]) >= 0) {
			return text[:i]
		}
	}
	return text
}

func parsePlain(text []byte, in *Input) (p *problem) {
	host, rest, ok := splitPlain(text)
	if !ok || bytes.ContainsAny(text, " \t\"") {
		return notEndpoint(text)
	}
	if host[0] != '[' && bytes.IndexByte(host, ':') >= 0 {
		return unbracketed(text, host, rest)
	}
	port, proto, named := bytes.Cut(rest, []byte{'/'})
	if in.Host, in.Addr, p = parseHost(host); p != nil {
		return p
	}
	if in.Port, p = plainPort(port); p != nil {
		return p
	}
	if in.Proto, ok = endpoint.ParseProto(proto); named && !ok {
		return problemf("proto", "proto %q is neither tcp nor udp", ndjson.Show(proto))
	}
	return nil
}

// splitPlain parts a line at the colon before its port: the one behind the
// bracket, or the last one.
func splitPlain(text []byte) (host, rest []byte, ok bool) {
	i := bytes.LastIndexByte(text, ':')
	if text[0] == '[' {
		if i = bytes.IndexByte(text, ']') + 1; i >= len(text) || text[i] != ':' {
			return nil, nil, false
		}
	}
	if i <= 0 {
		return nil, nil, false
	}
	return text[:i], text[i+1:], true
}

func plainPort(text []byte) (uint16, *problem) {
	if len(text) == 0 {
		return parsePort(nil)
	}
	for _, c := range text {
		if c-'0' > 9 {
			return 0, problemf("port", "port %s is not an integer 1-65535; portgen expands port lists and names", ndjson.Show(text))
		}
	}
	n, err := strconv.ParseUint(string(text), 10, 16)
	if err != nil || n == 0 {
		return 0, problemf("port", "port %s is outside 1-65535", ndjson.Show(text))
	}
	return uint16(n), nil
}
