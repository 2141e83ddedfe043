package xmlstream

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

// maxReference is the maximum length of a reference in bytes.
const maxReference = 16

// Decode appends a value or text as written to dst, with its references replaced and its
// line ends as LF. References to what is not a character, and to other entities than the
// five of XML, stay as they are.
func Decode(dst, text []byte) []byte {
	returns := bytes.IndexByte(text, '\r') >= 0
	for {
		i := bytes.IndexByte(text, '&')
		if returns { // rarely, and slowly
			i = bytes.IndexAny(text, "&\r")
		}
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		text = text[i:]
		if text[0] == '\r' {
			dst = append(dst, '\n')
			if text = text[1:]; len(text) > 0 && text[0] == '\n' {
				text = text[1:]
			}
			continue
		}
		c, n := reference(text)
		if n == 0 {
			dst = append(dst, '&')
			n = 1
		} else {
			dst = utf8.AppendRune(dst, c)
		}
		text = text[n:]
	}
}

// reference returns the character that the reference at the beginning of text denotes, and
// its length; 0 if there is none.
func reference(text []byte) (c rune, n int) {
	end := bytes.IndexByte(text[:min(len(text), maxReference)], ';')
	if end < 0 {
		return 0, 0
	}
	switch name := text[1:end]; string(name) {
	case "lt":
		c = '<'
	case "gt":
		c = '>'
	case "amp":
		c = '&'
	case "quot":
		c = '"'
	case "apos":
		c = '\''
	default:
		if c = number(name); c == 0 {
			return 0, 0
		}
	}
	return c, end + 1
}

// number returns the character of a reference by number; 0 if it is none.
func number(name []byte) rune {
	digits, ok := bytes.CutPrefix(name, []byte("#"))
	if !ok {
		return 0
	}
	base := 10
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	if err != nil || n > math.MaxInt32 || !utf8.ValidRune(rune(n)) {
		return 0
	}
	return rune(n)
}
