package cli

import (
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// Printable appends s with every character that could steer a terminal, turn
// the direction of writing or not be seen as a \u escape: nothing in a text goes
// unnoticed. A byte that is not UTF-8 becomes U+FFFD. Inside a JSON string the
// escapes stand for the same text.
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
		switch {
		case !hides(r):
			dst = utf8.AppendRune(dst, r)
		case r > 0xffff: // as JSON has it (RFC 8259, section 7)
			high, low := utf16.EncodeRune(r)
			dst = appendEscape(appendEscape(dst, high), low)
		default:
			dst = appendEscape(dst, r)
		}
	}
	return dst
}

func appendEscape(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// hides tells characters that do something other than be seen: control
// characters, line and paragraph separators, and what Unicode calls format
// characters and default ignorable (UAX #44), such as marks of direction, zero
// width spaces and joiners, and variation selectors. A few format characters are
// signs that enclose a number, and seen.
func hides(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

func decodeRune[T string | []byte](s T) (rune, int) {
	// The longest encoding has four bytes; the copy keeps strings off the heap.
	var b [utf8.UTFMax]byte
	n := copy(b[:], s)
	return utf8.DecodeRune(b[:n])
}
