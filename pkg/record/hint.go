package record

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"portkit/pkg/ndjson"
	"portkit/pkg/target"
)

// notEndpoint returns the problem with a plain line that is not HOST:PORT, with
// what to write instead if that is clear.
func notEndpoint(text []byte) *problem {
	what := ndjson.Show(text)
	if p := lookalike(text); p != nil {
		return p
	}
	if use := meant(string(text)); use != "" {
		return problemf("no endpoint", "%s is not an endpoint; %s", what, use)
	}
	return problemf("no endpoint", "%s is not an endpoint; want a JSON object or HOST:PORT", what)
}

// meant returns what to write instead of s, or "" if that is not clear.
func meant(s string) string {
	if len(s) > maxName {
		return ""
	}
	if word, ok := target.FromURL(s); ok {
		return "use " + word
	}
	if use, _, ok := target.MeantPort(s); ok {
		return fmt.Sprintf("if the port is behind the last colon, use %s", use)
	}
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil && a.Is6() {
		return fmt.Sprintf("use [%s]:PORT", a)
	}
	if i := strings.IndexAny(s, ", \t;"); i > 0 {
		host, port := s[:i], strings.TrimLeft(s[i:], ", \t;")
		if _, err := target.Parse(host); err == nil && !strings.ContainsAny(port, ", \t;") {
			if number, _, _ := strings.Cut(port, "/"); number != "" && strings.Trim(number, "0123456789") == "" {
				return "use " + hostPort(host, port)
			}
		}
		return ""
	}
	if t, err := target.Parse(s); err == nil && (t.Is4() || t.Is6()) {
		return fmt.Sprintf("use: portgen %s --top 1000"+toPortprobe, s)
	}
	return ""
}

// toPortprobe ends a command line that portid's users continue.
const toPortprobe = " | portprobe"

// hintPortid continues a command line in the error of a line of portid's input.
func hintPortid(err error) error {
	if bad, ok := err.(*Bad); ok && strings.HasSuffix(bad.Msg, toPortprobe) {
		bad.Msg += " | portid"
	}
	return err
}

// hostPort returns a host and a port as a plain line.
func hostPort(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + strings.Trim(host, "[]") + "]"
	}
	return host + ":" + port
}

// unbracketed returns the problem with text, which is an IPv6 address without
// brackets before its port, or a URL.
func unbracketed(text, host, port []byte) *problem {
	if _, err := netip.ParseAddr(string(host)); err == nil {
		what := ndjson.Show(text)
		return problemf("host", "%s: an IPv6 address requires brackets before its port; use %s", what, hostPort(string(host), string(port)))
	}
	return notEndpoint(text)
}

// lookalike returns the problem with a text whose characters only look like ASCII
// digits, dots or hyphens; nil if there is none.
func lookalike(text []byte) *problem {
	if !bytes.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return nil
	}
	if err := target.CheckASCII(string(text)); err != nil {
		return problemf("host", "host %q: %v", ndjson.Show(text), err)
	}
	return nil
}

// rangeHint returns a hint for a host that is a range or prefix.
func rangeHint(text []byte) string {
	if t, err := target.Parse(string(text)); err == nil && (t.Is4() || t.Is6()) {
		return "; portgen expands ranges and prefixes"
	}
	return ""
}
