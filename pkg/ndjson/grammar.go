package ndjson

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// maxDepth is the maximum depth of nested arrays and objects, including the
// outermost; that of encoding/json and json-iterator as well.
const maxDepth = 10000

// The functions in this file are the grammar of RFC 8259, section by section.
// Each accepts a text and the index of a token, and returns the index behind it.

// space skips white space (section 2).
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// nothingAfter returns an error unless only white space follows.
func nothingAfter(b []byte, i int) error {
	if i = space(b, i); i < len(b) {
		return &SyntaxError{i, "more text after the value"}
	}
	return nil
}

// skipValue skips a value (section 3) that is nested in depth arrays and objects.
func skipValue(b []byte, i, depth int) (int, *SyntaxError) {
	if i >= len(b) {
		return i, &SyntaxError{i, "a value is missing"}
	}
	switch c := b[i]; {
	case c == '"':
		end, _, err := str(b, i+1)
		return end, err
	case c == '-' || isDigit(c):
		return number(b, i)
	case c == '{' || c == '[':
		return container(b, i, depth)
	}
	return literal(b, i)
}

// literal skips true, false or null.
func literal(b []byte, i int) (int, *SyntaxError) {
	for _, word := range [...]string{"null", "true", "false"} {
		if len(b)-i >= len(word) && string(b[i:i+len(word)]) == word {
			return i + len(word), nil
		}
	}
	return i, &SyntaxError{i, "a value cannot begin like this"}
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func digits(b []byte, i int) int {
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	return i
}

// number skips a number (section 6).
func number(b []byte, i int) (int, *SyntaxError) {
	if b[i] == '-' {
		i++
	}
	start := i
	i = digits(b, i)
	if i == start {
		return i, &SyntaxError{i, "a digit is missing"}
	}
	if b[start] == '0' && i > start+1 {
		return i, &SyntaxError{start, "a number may not begin with 0"}
	}
	if i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e') {
		return fraction(b, i)
	}
	return i, nil
}

// fraction skips a number's fraction and exponent.
func fraction(b []byte, i int) (int, *SyntaxError) {
	if b[i] == '.' {
		start := i + 1
		if i = digits(b, start); i == start {
			return i, &SyntaxError{i, "a digit is missing after the point"}
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start := i
		if i = digits(b, start); i == start {
			return i, &SyntaxError{i, "a digit is missing in the exponent"}
		}
	}
	return i, nil
}

// str skips a string (section 7) from behind its opening quote and reports
// whether it has escapes. It examines eight bytes at once.
func str(b []byte, i int) (end int, escaped bool, err *SyntaxError) {
	start, ascii := i, true
	for {
		i += plain(b, i)
		if i >= len(b) {
			return i, escaped, &SyntaxError{i, "a string is not closed"}
		}
		switch c := b[i]; {
		case c == '"':
			if !ascii {
				err = validUTF8(b[start:i], start)
			}
			return i + 1, escaped, err
		case c == '\\':
			escaped = true
			if i, err = escape(b, i+1); err != nil {
				return i, escaped, err
			}
		case c < ' ':
			return i, escaped, &SyntaxError{i, fmt.Sprintf("a control character in a string is written as \\u%04x", c)}
		default:
			ascii = false
			for i < len(b) && b[i] >= utf8.RuneSelf {
				i++
			}
		}
	}
}

// plain returns the number of bytes from b[i] on that mean themselves in a
// string: ASCII without quotes, backslashes and control characters.
func plain(b []byte, i int) int {
	n := 0
	for ; i+8 <= len(b); i += 8 {
		if w := special(binary.LittleEndian.Uint64(b[i:])); w != 0 {
			return n + bits.TrailingZeros64(w)/8
		}
		n += 8
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return n
		}
		n++
	}
	return n
}

// special sets the top bit of the lowest byte of w that does not mean itself in
// a string. Bits of higher bytes may be wrong, as the subtractions borrow from
// them, but only once a lower byte is set.
func special(w uint64) uint64 {
	const low, top = 0x0101010101010101, 0x8080808080808080
	quote, back := w^low*'"', w^low*'\\'
	return (w | (w - low*' ') | (quote - low) | (back - low)) & top
}

// escape skips an escape sequence from behind its backslash.
func escape(b []byte, i int) (int, *SyntaxError) {
	if i >= len(b) {
		return i, &SyntaxError{i, "a string is not closed"}
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1, nil
	case 'u':
		if len(b)-i >= 5 && hex4(b[i+1:]) >= 0 {
			return i + 5, nil
		}
		return i, &SyntaxError{i, "\\u requires four hexadecimal digits"}
	}
	return i, &SyntaxError{i, "no such escape sequence"}
}

// hex4 returns the number that the first four bytes of b are in hexadecimal, or
// -1.
func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		switch {
		case isDigit(c):
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

func validUTF8(s []byte, offset int) *SyntaxError {
	if utf8.Valid(s) {
		return nil
	}
	i := 0
	for {
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n == 1 {
			return &SyntaxError{offset + i, "invalid UTF-8"}
		}
		i += n
	}
}
