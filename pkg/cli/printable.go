package cli

import (
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// Printable appends s. Characters that could control a terminal, change the
// direction of writing or be invisible become \u escapes, which mean the same
// inside a JSON string. A byte that is not UTF-8 becomes U+FFFD.
func Printable[T string | []byte](dst []byte, s T) []byte {
	return printable(dst, s, false)
}

// printable is Printable, which with lines keeps line feeds and tabs.
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

// hides reports whether a character is invisible: a control character, a line or
// paragraph separator, or what Unicode calls a format character or default
// ignorable (UAX #44), such as directional marks, zero-width spaces and joiners,
// and variation selectors. A few format characters enclose numbers and are
// visible.
func hides(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

func decodeRune[T string | []byte](s T) (rune, int) {
	// The copy of at most four bytes keeps strings off the heap.
	var b [utf8.UTFMax]byte
	n := copy(b[:], s)
	return utf8.DecodeRune(b[:n])
}
