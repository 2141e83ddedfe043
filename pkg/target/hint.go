package target

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"portkit/pkg/lookalike"
)

// CheckASCII returns an error for a word that begins with a non-ASCII dash, or whose
// non-ASCII characters only resemble those of an address. Other non-ASCII words may be
// internationalized names.
func CheckASCII(s string) error {
	folded, r := lookalike.Fold(s)
	if r == 0 {
		return nil
	}
	if folded[0] == '-' && s[0] != '-' {
		return fmt.Errorf("a target does not begin with a dash; %w", lookalike.Error(r, clip(folded)))
	}
	const marks = ".*-,/:[]"
	digits := "0123456789"
	if strings.Count(folded, ":") > 1 {
		digits += "abcdefABCDEF"
	}
	if strings.Trim(folded, digits+marks) == "" {
		return lookalike.Error(r, clip(folded))
	}
	return nil
}

// slashError explains why a word with a slash is not a target.
func slashError(s string) error {
	name, length, _ := strings.Cut(s, "/")
	if length != "" && strings.Trim(length, "0123456789") == "" {
		return fmt.Errorf("a prefix length requires an address, and %s is not one", strconv.Quote(clip(name)))
	}
	return errors.New("neither a prefix nor a host name: a host name has no slash")
}

// commaHint returns err, or a better explanation if an address or name precedes a
// comma.
func commaHint(s string, err error) error {
	head, rest, found := strings.Cut(s, ",")
	if !found {
		return err
	}
	if _, wrong := parse(head); wrong != nil {
		return err
	}
	if isPorts(rest) {
		return fmt.Errorf("ports are separated by a colon, not by a comma; use %s", clip(join(head, rest)))
	}
	return fmt.Errorf("unexpected comma; %s alone is a target", clip(head))
}

// isPorts reports whether s is a list of port numbers and ranges, with or without
// protocols.
func isPorts(s string) bool {
	for item := range strings.SplitSeq(s, ",") {
		number, proto, named := strings.Cut(item, "/")
		if number == "" || strings.Trim(number, "0123456789-") != "" || named && proto != "tcp" && proto != "udp" {
			return false
		}
	}
	return true
}

// join returns a target and its ports as one word.
func join(host, ports string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]:" + ports
	}
	return host + ":" + ports
}

// MeantPort detects a port after an IPv6 address without brackets: word is an address,
// and so is the part before its last colon. form is the word with brackets.
func MeantPort(word string) (form string, port uint16, ok bool) {
	a, err := netip.ParseAddr(word)
	i := strings.LastIndexByte(word, ':')
	if err != nil || i < 0 || a.Zone() != "" {
		return "", 0, false
	}
	n, err := strconv.ParseUint(word[i+1:], 10, 16)
	if err != nil || n == 0 || word[i+1] == '0' {
		return "", 0, false
	}
	if _, err := netip.ParseAddr(word[:i]); err != nil {
		return "", 0, false
	}
	return join(word[:i], word[i+1:]), uint16(n), true
}

// FromURL returns the TARGET:PORTS of a URL, by default with the port of its scheme.
// The port of an unknown scheme is "PORT".
func FromURL(s string) (word string, ok bool) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return "", false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	host, ports, err := Split(rest)
	if err != nil {
		return "", false
	}
	if ports == "" {
		ports = schemePort(strings.ToLower(scheme))
	}
	return join(host, ports), true
}

func schemePort(scheme string) string {
	port, ok := map[string]string{
		"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21", "ssh": "22", "telnet": "23",
		"ldap": "389", "ldaps": "636", "imap": "143", "imaps": "993", "smb": "445", "rtsp": "554",
	}[scheme]
	if !ok {
		return "PORT"
	}
	return port
}
