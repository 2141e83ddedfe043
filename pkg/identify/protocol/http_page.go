package protocol

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
)

// page is a response to GET.
type page struct {
	*head
	body  []byte // without the transfer coding
	title string
	// more means that further data may add a title or a product.
	more bool
}

// enoughBody is the number of bytes of a body other than HTML that are of use.
const enoughBody = 16 << 10

// parsePage parses the body of a response.
func parsePage(h *head, ended bool) page {
	p := page{head: h}
	var whole bool
	p.body, whole = h.content()
	whole = whole || ended
	kind, charset := h.contentType()
	start := bytes.TrimLeft(p.body, " \t\r\n\ufeff")
	switch {
	case kind == "text/html" || kind == "application/xhtml+xml" || kind == "" && bytes.HasPrefix(start, []byte("<")):
		var done bool
		p.title, done = htmlTitle(p.body, charset, whole)
		p.more = !whole && (!done || !p.named() && len(p.body) < enoughBody)
	case kind == "" || strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json"):
		p.more = !whole && len(p.body) < enoughBody
	}
	return p
}

// content returns the body without the transfer coding, and whether all of it was
// received (RFC 9112 section 6.3). Without a length the end of the connection ends it.
func (h *head) content() (body []byte, whole bool) {
	if h.status < 200 || h.status == http.StatusNoContent || h.status == http.StatusNotModified {
		return nil, h.complete
	}
	if strings.EqualFold(h.get("transfer-encoding"), "chunked") {
		return dechunk(h.body)
	}
	if n, err := strconv.ParseUint(h.get("content-length"), 10, 63); err == nil && h.complete {
		return h.body[:min(uint64(len(h.body)), n)], uint64(len(h.body)) >= n
	}
	return h.body, false
}

// dechunk decodes chunks (RFC 9112 section 7.1), and reports whether the last was
// received.
func dechunk(data []byte) (body []byte, whole bool) {
	body = make([]byte, 0, len(data))
	for {
		line, rest, ok := bytes.Cut(data, []byte("\n"))
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(size[:min(len(size), 20)])), 16, 63)
		switch {
		case !ok:
			return body, false
		case err != nil || n == 0:
			return body, true
		case n >= uint64(len(rest)):
			return append(body, rest...), false
		}
		body = append(body, rest[:n]...)
		data = bytes.TrimPrefix(bytes.TrimPrefix(rest[n:], []byte("\r")), []byte("\n"))
	}
}

// contentType returns the media type and the charset, in lower case.
func (h *head) contentType() (kind, charset string) {
	kind, params, _ := strings.Cut(strings.ToLower(h.get("content-type")), ";")
	if _, value, ok := strings.Cut(params, "charset="); ok {
		charset, _, _ = strings.Cut(value, ";")
	}
	return strings.TrimSpace(kind), strings.Trim(charset, ` "'`)
}

// facts returns the facts for records.
func (p *page) facts() *endpoint.HTTP {
	return &endpoint.HTTP{
		Status:    p.status,
		Server:    clean(p.get("server")),
		Title:     p.title,
		Location:  cleanTo(p.get("location"), 512),
		Realm:     clean(realm(p.get("www-authenticate"))),
		PoweredBy: clean(p.get("x-powered-by")),
		Version:   p.version,
	}
}

// texts returns the parts that a Recog database knows.
func (p *page) texts() (all []Text) {
	for _, f := range p.fields {
		if len(all) == 8 {
			break // there may be hundreds of cookies
		}
		if kind := textKind(f.name); kind != "" && f.value != "" {
			all = append(all, Text{kind, cleanTo(f.value, 512)})
		}
	}
	if p.title != "" {
		all = append(all, Text{"html_title", p.title})
	}
	return all
}

func textKind(field string) string {
	switch field {
	case "server":
		return "http_header.server"
	case "www-authenticate":
		return "http_header.wwwauth"
	case "set-cookie":
		return "http_header.cookie"
	}
	return ""
}

// realm returns the realm of the first challenge that has one (RFC 9110 section 11).
func realm(challenge string) string {
	for rest := challenge; ; {
		i := strings.IndexAny(rest, `="`)
		if i < 0 {
			return ""
		}
		if rest[i] == '"' {
			_, rest = unquote(rest[i:])
			continue
		}
		name := strings.TrimRight(rest[:i], " \t")
		value := strings.TrimLeft(rest[i+1:], " \t")
		if strings.EqualFold(name[strings.LastIndexAny(name, " \t,")+1:], "realm") {
			return paramValue(value)
		}
		rest = value
	}
}

// paramValue returns the token or quoted string at the beginning of s.
func paramValue(s string) string {
	if strings.HasPrefix(s, `"`) {
		value, _ := unquote(s)
		return value
	}
	if i := strings.IndexAny(s, ", \t"); i >= 0 {
		return s[:i]
	}
	return s
}

// unquote returns the content of the quoted string at the beginning of s (RFC 9110
// section 5.6.4), and what follows it.
func unquote(s string) (value, rest string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
