package ndjson

import (
	"unicode/utf16"
	"unicode/utf8"
)

// unescape appends the text that s, the inside of a valid JSON string, means
// (RFC 8259 section 7). json-iterator is not asked: of "\ud800\ud83d\ude00"
// it loses the character that the second and third surrogate make.
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

// unicodeEscape decodes the \uXXXX that s begins with, and a second one if
// the two are a pair of surrogates.
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

func shortEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c // quote, backslash and slash mean themselves
}

// AppendString appends s as a JSON string, escaping no more than it must.
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
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
