package protocol

import "strings"

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
