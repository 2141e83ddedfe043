package target

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of RFC 1035 section 2.3.4, without the octets that exist only in packets.
const (
	maxName  = 253
	maxLabel = 63
	maxZone  = 64
)

// checkName accepts labels of letters, digits, hyphens and underscores (RFC 1123
// section 2.1, RFC 8552), and a dot at the end.
func checkName(s string) error {
	bare := strings.TrimSuffix(s, ".")
	if len(bare) > maxName {
		return fmt.Errorf("the host name has %d characters; the maximum is %d", len(bare), maxName)
	}
	for label := range strings.SplitSeq(bare, ".") {
		switch {
		case label == "":
			return errors.New("the host name has an empty label")
		case len(label) > maxLabel:
			return fmt.Errorf("a label of the host name has %d characters; the maximum is %d", len(label), maxLabel)
		case label[0] == '-':
			return errors.New("a label of a host name cannot begin with a hyphen")
		}
	}
	for _, r := range bare {
		if isNameChar(r) {
			continue
		}
		if r == utf8.RuneError {
			return errors.New("not valid UTF-8")
		}
		return fmt.Errorf("%s is not allowed in a host name or address", strconv.QuoteRune(r))
	}
	return nil
}

// isNameChar accepts all visible non-ASCII characters: the resolver decides about them.
func isNameChar(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	case r >= utf8.RuneSelf:
		return r != utf8.RuneError && unicode.IsGraphic(r) && !unicode.IsSpace(r)
	}
	return r == '-' || r == '_' || r == '.'
}

// checkZone accepts names of interfaces, on addresses that have zones (RFC 4007 section
// 6). A colon usually means that a port was intended.
func checkZone(a netip.Addr) error {
	z := a.Zone()
	if z == "" {
		return nil
	}
	if !a.IsLinkLocalUnicast() && !a.IsLinkLocalMulticast() && !a.IsInterfaceLocalMulticast() {
		return errors.New("a zone requires a link-local address")
	}
	if len(z) > maxZone {
		return fmt.Errorf("the zone has %d characters; the maximum is %d", len(z), maxZone)
	}
	if strings.ContainsRune(z, ':') {
		return fmt.Errorf("zone %s contains a colon; ports follow brackets: [fe80::1%%eth0]:22", strconv.Quote(z))
	}
	for _, r := range z {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`%/,[]"\#`, r) {
			return fmt.Errorf("zone %s contains %s", strconv.Quote(z), strconv.QuoteRune(r))
		}
	}
	return nil
}
