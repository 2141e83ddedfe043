package protocol

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/endpoint"
)

// httpWait is how long a web server may take to reply: a proxy may first try a server
// behind it that is down.
const httpWait = 5 * time.Second

// httpRequests returns the requests of HTTP. The second is sent where HTTPRetry demands.
func httpRequests() []Request {
	return []Request{
		{Name: "http", Build: httpBuild, Wait: httpWait},
		{Name: "http-1.1", Build: httpBuild11, Wait: httpWait},
	}
}

// httpBuild returns a request without the field Host (RFC 9110 section 7.2), which
// HTTP/1.0 does not require, and which some databases take for an attack.
func httpBuild(t *Target) []byte {
	return []byte("GET / HTTP/1.0\r\n" + httpFields(t) + "\r\n")
}

// httpBuild11 returns a request with the field Host, for servers that require it or that
// have a page for the name.
func httpBuild11(t *Target) []byte { return httpGet11(t, "/") }

func httpGet11(t *Target, path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + httpHost(t) + "\r\n" + httpFields(t) + "Connection: close\r\n\r\n")
}

func httpFields(t *Target) string {
	return "User-Agent: " + clean(t.Agent) + "\r\nAccept: */*\r\n"
}

// httpHost returns the value of the field Host: the name, or the address. The default port of the scheme is omitted (RFC 9110 section 4.2).
func httpHost(t *Target) string {
	host := httpAddr(t.Addr.Addr())
	if isHostName(t.Name) {
		host = t.Name
	}
	if port := t.Addr.Port(); t.TLS && port != 443 || !t.TLS && port != 80 {
		host += ":" + strconv.Itoa(int(port))
	}
	return host
}

// httpAddr returns an address as a host in a URI. The zone has no meaning for the server
// (RFC 6874 section 1).
func httpAddr(a netip.Addr) string {
	if a = a.Unmap().WithZone(""); a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

// isHostName reports whether name consists of the characters of host names.
func isHostName(name string) bool {
	for _, c := range []byte(name) {
		if lower := c | 0x20; (lower < 'a' || lower > 'z') && !isDigit(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return name != ""
}

// HTTPRetry reports whether the request http-1.1 may reveal more than the reply to http
// with the facts h: the server requires the field Host or another version, or has a page
// for the name.
func HTTPRetry(h *endpoint.HTTP, t *Target) bool {
	if h == nil || h.Version == "2" {
		return false
	}
	switch h.Status {
	case http.StatusBadRequest, http.StatusUpgradeRequired, http.StatusHTTPVersionNotSupported:
		return true
	}
	return t.Name != ""
}

// httpMatch recognizes a response of HTTP/1 (RFC 9112 section 4) or the beginning of a
// connection of HTTP/2.
func httpMatch(r *Reply) (m Match) {
	if m = http2Match(r); m.Strength != No || m.More {
		return m
	}
	h, ok, partial := parseResponse(r)
	if !ok {
		m.More = partial
		return m
	}
	if app, ok := httpOther(&h); ok {
		m.More = partial
		if app != "" {
			m.App, m.Strength = app, Certain
			m.Product, m.Version, m.OS = serverProduct(h.get("server"))
		}
		return m
	}
	m.Strength = Certain
	p := parsePage(&h, r.Ended)
	m.Product, m.Version, m.OS = p.product()
	m.Texts = p.texts()
	own := r.For("http") || r.For("http-1.1")
	if own {
		m.HTTP = p.facts()
	}
	m.More = partial || (own || r.For(pathRequest)) && p.more && !r.Ended
	return m
}

// parseResponse parses the final response. Interim ones precede it (RFC 9110
// section 15.2).
func parseResponse(r *Reply) (h head, ok, partial bool) {
	data := r.Data[:min(len(r.Data), MaxReply)]
	for range 8 {
		next, valid, part := parseHead("HTTP", data, r.Ended)
		if !valid {
			// With an interim response, HTTP is recognized.
			return h, ok, part || ok && !r.Ended
		}
		h, ok, partial = next, true, part
		if h.status >= 200 || h.status == http.StatusSwitchingProtocols || !h.complete {
			break
		}
		if data = h.body; len(data) == 0 {
			return h, true, !r.Ended
		}
	}
	return h, ok, partial
}

// httpOther reports whether a response is from a server of another protocol, which only
// informs a web browser of its error, and returns that protocol if it has a name here.
func httpOther(h *head) (app string, ok bool) {
	if h.reason == "Tor is not an HTTP Proxy" {
		return "", true // port of SOCKS
	}
	if h.reason == "Tor ControlPort is not an HTTP proxy" {
		return "tor-control", true
	}
	if h.status >= 400 && hasWord(h.get("server"), "RTSP") {
		return "rtsp", true // it accepts RTSP in HTTP
	}
	for _, row := range []struct{ text, app string }{
		{"It looks like you are trying to access MongoDB over HTTP on the native driver port.", "mongodb"},
		{"is for clickhouse-client program", ""},
	} {
		if len(h.body) < 512 && strings.Contains(string(h.body), row.text) {
			return row.app, true
		}
	}
	return "", false
}
