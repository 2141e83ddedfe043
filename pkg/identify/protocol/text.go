package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsLines reports whether data is text that ends with a line.
func IsLines(data []byte) bool {
	return len(data) > 0 && data[len(data)-1] == '\n' && isText(data)
}

// isText reports whether data has no bytes but those of text: printable characters,
// white space, and bytes of other encodings.
func isText(data []byte) bool {
	for _, c := range data {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

// splitVersion splits "Product_1.2", "Product/1.2" or "Product-1.2" before the version.
// Without a version it returns all of s as the product.
func splitVersion(s string) (product, version string) {
	for i := 1; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' && strings.IndexByte("_/- ", s[i-1]) >= 0 {
			return s[:i-1], s[i:]
		}
	}
	return s, ""
}

// maxText is the maximum length of a field of a finding in bytes.
const maxText = 256

// clean returns s as a field of a finding: valid UTF-8 of at most maxText bytes, without
// control characters and surrounding space.
func clean(s string) string { return cleanTo(s, maxText) }

// cleanTo is clean with another maximum length.
func cleanTo(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r // an invalid byte is U+FFFD
	}, s[:min(len(s), 4*limit)])
	if s = strings.TrimSpace(s); len(s) > limit {
		end := limit
		for !utf8.RuneStart(s[end]) {
			end--
		}
		s = strings.TrimSpace(s[:end])
	}
	return s
}
