package record

import (
	"bytes"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// isObject reports whether a line can only be meant as a JSON object.
func isObject(text []byte) bool {
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' {
			return c == '{'
		}
	}
	return false
}

// plain parses lines as other tools write them: host:port or [v6]:port, optionally
// followed by /tcp or /udp and by a comment.
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

// blanks are the characters that are ignored around a record.
const blanks = " \t\r"

// Uncomment removes the comment from a line of text: what follows a # at the
// beginning or behind white space. It applies to host lists, scope files and plain
// records alike.
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

// splitPlain splits a line at the colon before its port: the one behind the
// closing bracket, or the last one.
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

// AppendPlain appends an endpoint as a plain line with its LF: `192.0.2.7:80`,
// `[2001:db8::1]:80`, or `host.example:80` without an address, and "/udp" behind it
// if that is the protocol.
func AppendPlain(dst, host []byte, ep endpoint.Endpoint) []byte {
	switch {
	case ep.Addr.Is6():
		dst = append(dst, '[')
		dst = ep.Addr.AppendTo(dst)
		dst = append(dst, ']')
	case ep.Addr.IsValid():
		dst = ep.Addr.AppendTo(dst)
	default:
		dst = append(dst, host...)
	}
	dst = append(dst, ':')
	dst = strconv.AppendUint(dst, uint64(ep.Port), 10)
	if ep.Proto != endpoint.TCP {
		dst = append(append(dst, '/'), ep.Proto.String()...)
	}
	return append(dst, '\n')
}
