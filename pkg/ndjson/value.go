package ndjson

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	jsoniter "github.com/json-iterator/go"
)

// The functions in this file accept a value as Scan returns it.

// kind returns what a value is, for messages: "null", "true", "false", "a
// string", "a number", "an array" or "an object".
func kind(value []byte) string {
	switch at(value, 0) {
	case '"':
		return "a string"
	case '[':
		return "an array"
	case '{':
		return "an object"
	case 't':
		return "true"
	case 'f':
		return "false"
	case 'n':
		return "null"
	}
	return "a number"
}

// Int returns the integer that value is, however it is written: 80, 80.0 and
// 8e1 are the same. The error contains the value, and what it is instead or that
// it does not fit 64 bits.
func Int(value []byte) (int64, error) {
	if len(value) > 18 || len(value) == 0 {
		return exactInt(value)
	}
	n := int64(0)
	for _, c := range value {
		if !isDigit(c) {
			return exactInt(value)
		}
		n = n*10 + int64(c-'0')
	}
	return n, nil
}

// exactInt splits a number into its digits and a power of ten, so that no
// rounding makes it an integer.
func exactInt(value []byte) (int64, error) {
	if kind(value) != "a number" {
		return 0, wrongKind(value, "an integer")
	}
	number, exponent, _ := strings.Cut(strings.ToLower(string(value)), "e")
	number, negative := strings.CutPrefix(number, "-")
	whole, fraction, _ := strings.Cut(number, ".")
	// For a power out of range Atoi returns its largest or smallest integer.
	power, _ := strconv.Atoi(exponent)
	all := strings.TrimLeft(whole+fraction, "0")
	digits := strings.TrimRight(all, "0")
	if digits == "" {
		return 0, nil
	}
	if power < -len(value) {
		return 0, fmt.Errorf("%s is not an integer", Show(value))
	}
	power += len(all) - len(digits) - len(fraction)
	if power < 0 {
		return 0, fmt.Errorf("%s is not an integer", Show(value))
	}
	if power < 20 {
		digits += strings.Repeat("0", power)
		if negative {
			digits = "-" + digits
		}
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%s does not fit 64 bits", Show(value))
}

// Float returns the number that value is. The error contains the value, and what
// it is instead or that it does not fit a float64.
func Float(value []byte) (float64, error) {
	if kind(value) != "a number" {
		return 0, wrongKind(value, "a number")
	}
	it := jsoniter.ParseBytes(jsoniter.ConfigDefault, value)
	f := it.ReadFloat64()
	if it.Error != nil && it.Error != io.EOF {
		return 0, fmt.Errorf("%s does not fit a number of 64 bits", Show(value))
	}
	return f, nil
}

// Text returns the decoded string that value is: a part of value, or in the
// storage of buf if it has escapes. Unpaired surrogates become U+FFFD, as with
// encoding/json.
func Text(value, buf []byte) ([]byte, error) {
	if at(value, 0) != '"' {
		return nil, wrongKind(value, "a string")
	}
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner, nil
	}
	return unescape(buf[:0], inner), nil
}

// Show returns the beginning of a value or line for a message: at most 64 bytes
// of valid UTF-8, and an ellipsis if there is more.
func Show(b []byte) string {
	const most = 64
	if s := Excerpt(b, most); len(b) > most {
		return s + "…"
	}
	return Excerpt(b, most)
}

// Excerpt returns the beginning of b: at most n bytes, cut between
// characters, with invalid UTF-8 replaced by U+FFFD.
func Excerpt(b []byte, n int) string {
	if len(b) > n+utf8.UTFMax {
		b = b[:n+utf8.UTFMax]
	}
	var s strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if s.Len()+utf8.RuneLen(r) > n {
			break
		}
		s.WriteRune(r)
		b = b[size:]
	}
	return s.String()
}

func wrongKind(value []byte, want string) error {
	if k := kind(value); k == "a string" || k == "an array" || k == "an object" {
		return fmt.Errorf("%s is %s, not %s", Show(value), k, want)
	}
	return fmt.Errorf("%s is not %s", Show(value), want)
}
