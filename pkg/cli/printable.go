package cli

import (
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// Printable appends s with every character that could steer a terminal or
// turn the direction of writing as a \u escape: control characters, U+007F to
// U+009F, and the marks of the Unicode Bidirectional Algorithm (UAX #9). A
// byte that is not UTF-8 becomes U+FFFD. Inside a JSON string the escapes
// stand for the same text.
func Printable[T string | []byte](dst []byte, s T) []byte {
	return printable(dst, s, false)
}

// printable is Printable; with lines, line feeds and tabs stay.
func printable[T string | []byte](dst []byte, s T, lines bool) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f || lines && (c == '\n' || c == '\t') {
			dst = append(dst, c)
			i++
			continue
		}
		r, n := decodeRune(s[i:])
		i += n
		if steers(r) {
			dst = append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			continue
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func steers(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r <= 0x9f,
		r == 0x061c, r == 0x200e, r == 0x200f,
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}

func decodeRune[T string | []byte](s T) (rune, int) {
	// The longest encoding has four bytes; the copy keeps strings off the heap.
	var b [utf8.UTFMax]byte
	n := copy(b[:], s)
	return utf8.DecodeRune(b[:n])
}
