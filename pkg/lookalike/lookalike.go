// Package lookalike finds characters that resemble ASCII characters of addresses, port
// lists and flags, such as the dashes and full-width digits that word processors, chat
// programs and input methods insert.
package lookalike

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// marks are pairs of a look-alike and its punctuation character. Dashes and digits are
// found by their Unicode category, full-width characters by their offset.
const marks = "" +
	"\u2212-\u02d7-\u2043-\u2796-\u207b-\u208b-" +
	"\u2044/\u2215/\u29f8/\u2571/" +
	"\u3002.\uff61.\u2024.\u00b7.\u2219.\u22c5.\ufe52." +
	"\u2236:\ua789:\u02d0:\ufe13:\ufe55:" +
	"\u3001,\u201a,\ufe50,\ufe10,\u066b,\u066c," +
	"\u2217*\u204e*\ufe61*\u2731*"

// Fold returns s with every look-alike replaced by its ASCII character, and the first
// look-alike or 0.
func Fold(s string) (folded string, first rune) {
	if isASCII(s) {
		return s, 0
	}
	folded = strings.Map(func(r rune) rune {
		a := ascii(r)
		if a != r && first == 0 {
			first = r
		}
		return a
	}, s)
	return folded, first
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ascii returns the ASCII character that r resembles, or r.
func ascii(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case 0xff01 <= r && r <= 0xff5e:
		return r - 0xff01 + '!'
	case unicode.Is(unicode.Pd, r):
		return '-'
	case unicode.Is(unicode.Nd, r):
		return digit(r)
	}
	if i := strings.IndexRune(marks, r); i >= 0 {
		return rune(marks[i+utf8.RuneLen(r)])
	}
	return r
}

// digit returns the ASCII form of a decimal digit. The digits of a script are
// consecutive, from zero (The Unicode Standard, section 4.6).
func digit(r rune) rune {
	zero := r
	for unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + (r-zero)%10
}

// Error returns the error for a text with the look-alike r and the Fold folded: '–'
// (U+2013) is not '-'; type 10.0.0.1-9.
func Error(r rune, folded string) error {
	return fmt.Errorf("%q (%U) is not %q; type %s", r, r, ascii(r), folded)
}
