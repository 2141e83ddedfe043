package resolve

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// registration is the lookup profile of RFC 5891 section 5, without its rules for ASCII:
// names such as _sip.example and r3---sn.example are in use.
var registration = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false), idna.CheckHyphens(false))

// single is the same profile for one character, which has no direction.
var single = idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.CheckHyphens(false))

// maxLabel is the maximum length of a label (RFC 1035 section 2.3.4).
const maxLabel = 63

// Registered returns a name as registered in the DNS: an internationalized name in its
// ASCII form (münchen.example is xn--mnchen-3ya.example), any other unchanged. The error
// contains the character that is not allowed.
func Registered(name string) (string, error) {
	if isASCII(name) {
		return name, nil
	}
	ascii, err := registration.ToASCII(name)
	for _, r := range name {
		// Between letters, because a label cannot begin with a combining mark.
		one, bad := single.ToASCII("a" + string(r) + "a")
		if r >= utf8.RuneSelf && (bad != nil || strings.ContainsFunc(one, isForeign)) {
			return "", fmt.Errorf("%s is not a host name: %U %q is not allowed in host names", name, r, r)
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s is not a host name: %s", name, strings.TrimPrefix(err.Error(), "idna: "))
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if len(label) > maxLabel {
			return "", fmt.Errorf("%s is not a host name: a label has %d characters in its registered form; the maximum is %d", name, len(label), maxLabel)
		}
	}
	return ascii, nil
}

// isForeign reports whether r is not a character of host names. Compatibility mappings
// produce such characters: the full-width slash becomes a slash.
func isForeign(r rune) bool {
	return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.')
}

func isASCII[T string | []byte](text T) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Key returns the form in which names are compared: registered (see Registered), lower
// case (RFC 4343) and without a trailing dot (RFC 1034 section 3.1). A name of one label
// keeps its dot, without which the resolver applies the search list (resolv.conf(5)).
func Key(name string) string { return string(AppendKey(nil, []byte(name))) }

// AppendKey appends the Key of a name.
func AppendKey(dst, name []byte) []byte {
	if !isASCII(name) {
		if ascii, err := Registered(string(name)); err == nil {
			name = []byte(ascii)
		}
	}
	if n := len(name); n > 0 && bytes.IndexByte(name, '.') < n-1 {
		name = bytes.TrimSuffix(name, []byte("."))
	}
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
