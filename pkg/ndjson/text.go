package ndjson

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape appends the decoded content s of a valid JSON string (RFC 8259
// section 7).
func unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			dst = append(dst, s[i])
			i++
			continue
		}
		if s[i+1] == 'u' {
			r, size := unicodeEscape(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		}
		dst = append(dst, shortEscape(s[i+1]))
		i += 2
	}
	return dst
}

// unicodeEscape decodes the \uXXXX that s begins with, and a second one if both
// are a pair of surrogates. It also returns their length.
func unicodeEscape(s []byte) (rune, int) {
	r := hex4(s[2:])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if pair := utf16.DecodeRune(r, hex4(s[8:])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

// escaped are the characters with a short escape, and letters the letters of it.
const escaped, letters = "\b\f\n\r\t", "bfnrt"

func shortEscape(c byte) byte {
	if i := strings.IndexByte(letters, c); i >= 0 {
		return escaped[i]
	}
	return c // quote, backslash and slash mean themselves
}

// AppendString appends s as a JSON string, with no more escapes than required.
// Invalid UTF-8 becomes U+FFFD.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	start := len(dst)
	dst = append(dst, s...)
	if plain(dst, start) == len(s) {
		return append(dst, '"')
	}
	return append(appendEscaped(dst[:start], []byte(s)), '"')
}

func appendEscaped(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		if n := plain(s, i); n > 0 {
			dst = append(dst, s[i:i+n]...)
			i += n
			continue
		}
		if s[i] < utf8.RuneSelf {
			dst = appendEscape(dst, s[i])
			i++
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		dst = utf8.AppendRune(dst, r)
		i += size
	}
	return dst
}

func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	if c == '"' || c == '\\' {
		return append(dst, '\\', c)
	}
	if i := strings.IndexByte(escaped, c); i >= 0 {
		return append(dst, '\\', letters[i])
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
