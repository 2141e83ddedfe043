package record

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"portkit/pkg/ndjson"
	"portkit/pkg/target"
)

// maxName is the maximum length of a name as text, without a trailing dot
// (RFC 1035 section 2.3.4: 255 octets on the wire).
const maxName = 253

// parseAddr parses an address in any valid text form and unmaps it (RFC 4291
// section 2.5.5.2). Like netip it rejects octets with leading zeros, which some
// programs read as octal.
func parseAddr(b []byte) (netip.Addr, bool) {
	if a, ok := parse4(b); ok {
		return a, true
	}
	if bytes.IndexByte(b, ':') < 0 {
		return netip.Addr{}, false
	}
	// ParseAddr keeps its argument in the error only, which is discarded here.
	// Not copying b saves an allocation per record.
	a, err := netip.ParseAddr(unsafe.String(unsafe.SliceData(b), len(b)))
	return a.Unmap(), err == nil
}

// parse4 parses a.b.c.d.
func parse4(b []byte) (netip.Addr, bool) {
	if len(b) < len("0.0.0.0") || len(b) > len("255.255.255.255") {
		return netip.Addr{}, false
	}
	var a [4]byte
	octet, digits, n := 0, 0, 0
	for _, c := range b {
		switch {
		case c-'0' <= 9 && (digits == 0 || octet > 0):
			octet = octet*10 + int(c-'0')
			if digits++; octet > 255 {
				return netip.Addr{}, false
			}
		case c == '.' && digits > 0 && n < 3:
			a[n] = byte(octet)
			octet, digits, n = 0, 0, n+1
		default:
			return netip.Addr{}, false
		}
	}
	a[3] = byte(octet)
	return netip.AddrFrom4(a), n == 3 && digits > 0
}

// checkAddr rejects addresses that no endpoint can have. Only link-local
// addresses may have a zone (RFC 4007 section 6). Elsewhere it would make one
// endpoint look like two.
func checkAddr(what string, a netip.Addr) *problem {
	if a.IsUnspecified() {
		return problemf(what, "%s %s is not the address of a host", what, a)
	}
	if zone := a.Zone(); zone != "" {
		if !a.IsLinkLocalUnicast() && !a.IsLinkLocalMulticast() && !a.IsInterfaceLocalMulticast() {
			return problemf(what, "%s %s has a zone; only link-local addresses have one", what, ndjson.Show([]byte(a.String())))
		}
		if strings.ContainsFunc(zone, notInZone) {
			return problemf(what, "%s %q has a zone that no interface has", what, ndjson.Show([]byte(a.String())))
		}
	}
	return nil
}

// notInZone reports whether r cannot be part of an interface name.
func notInZone(r rune) bool {
	return r == '/' || r == '%' || !unicode.IsGraphic(r) || unicode.IsSpace(r)
}

// parseHost parses a host: an address, an IPv6 address in brackets (which are
// removed), or a name, for which addr is zero.
func parseHost(text []byte) (host []byte, addr netip.Addr, p *problem) {
	if len(text) == 0 {
		return nil, addr, &problem{"host", "host is empty"}
	}
	host = text
	if text[0] == '[' && text[len(text)-1] == ']' {
		host = text[1 : len(text)-1]
	}
	addr, ok := parseAddr(host)
	switch {
	case ok && len(host) < len(text) && bytes.IndexByte(host, ':') < 0:
		return nil, netip.Addr{}, problemf("host", "host %q: brackets go round IPv6 addresses only", text)
	case ok:
		return host, addr, checkAddr("host", addr)
	case bytes.IndexByte(text, ':') >= 0 || digitsAndDots(text):
		return nil, addr, notAddress(text)
	}
	return host, addr, checkName(text)
}

// digitsAndDots reports whether b can only be meant as IPv4 addresses. With three
// dots, hyphens are those of a range, since no top-level domain is a number.
func digitsAndDots(b []byte) bool {
	dots, hyphens := 0, 0
	for _, c := range b {
		switch {
		case c == '.':
			dots++
		case c == '-':
			hyphens++
		case c-'0' > 9:
			return false
		}
	}
	return hyphens == 0 || dots >= 3
}

// notAddress returns the problem with a host that can only be meant as an address
// but is not one.
func notAddress(text []byte) *problem {
	if word, ok := target.FromURL(string(text)); ok {
		return problemf("host", "host %q is a URL; use the host alone, as in %s", ndjson.Show(text), word)
	}
	return problemf("host", "host %q is not an address%s", ndjson.Show(text), rangeHint(text))
}

// checkName rejects what no resolver accepts as a name, and is otherwise lenient:
// letters, digits, '-', '_' and '.' (RFC 1123 section 2.1, and underscores as
// found in practice), and anything visible outside ASCII.
func checkName(b []byte) *problem {
	if len(b) > maxName+1 || len(b) > maxName && b[maxName] != '.' {
		return problemf("host", "host %q is longer than %d bytes", ndjson.Show(b), maxName)
	}
	foreign := false
	if b[0] == '-' {
		return problemf("host", "host %q begins with a hyphen, as no name does", ndjson.Show(b))
	}
	for i := 0; i < len(b); {
		c := b[i]
		if c|0x20-'a' < 26 || c-'0' <= 9 || c == '.' || c == '-' || c == '_' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r < utf8.RuneSelf || r == utf8.RuneError || unicode.IsControl(r) || unicode.IsSpace(r) {
			return problemf("host", "host %q has a character that no name has: %q%s", ndjson.Show(b), r, hint(r))
		}
		foreign = true
		i += size
	}
	if foreign {
		return lookalike(b)
	}
	return nil
}

// hint returns advice for a character of a range.
func hint(r rune) string {
	if r == '/' || r == '*' {
		return " (portgen expands ranges)"
	}
	return ""
}

// ParseHost parses a host as records have it: an address, an IPv6 address in brackets (which
// are removed), or a name, for which addr is the zero Addr.
func ParseHost(text []byte) (host []byte, addr netip.Addr, err error) {
	host, addr, p := parseHost(text)
	if p != nil {
		return nil, netip.Addr{}, errors.New(p.msg)
	}
	return host, addr, nil
}
