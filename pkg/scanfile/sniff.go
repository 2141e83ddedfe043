package scanfile

import "bytes"

// Members are the names of members of a JSON object, each with the first byte of its value, 0
// if that is not known.
type Members map[string]byte

// Has reports whether there are members with all the names.
func (m Members) Has(names ...string) bool {
	for _, name := range names {
		if _, ok := m[name]; !ok {
			return false
		}
	}
	return true
}

// IsNumber reports whether a member is a number without a sign.
func (m Members) IsNumber(name string) bool { return m[name]-'0' <= 9 }

// FirstObject returns the members of the first object that head begins with, in the first
// array at most. whole reports whether head has all of it.
func FirstObject(head []byte) (m Members, whole bool) {
	rest := bytes.TrimLeft(head, " \t\r\n[")
	if len(rest) == 0 || rest[0] != '{' {
		return nil, false
	}
	m = Members{}
	depth := 0
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return m, true
			}
		case '"':
			end := stringEnd(rest, i)
			if end < 0 {
				return m, false
			}
			if value, ok := bytes.CutPrefix(bytes.TrimLeft(rest[end+1:], " \t\r\n"), []byte(":")); ok && depth == 1 {
				m[string(rest[i+1:end])] = firstByte(value)
			}
			i = end
		}
	}
	return m, false
}

func firstByte(value []byte) byte {
	if value = bytes.TrimLeft(value, " \t\r\n"); len(value) > 0 {
		return value[0]
	}
	return 0
}

// ShowsFormat reports whether head has the first line of results, or the first object, as a
// whole. The file then has the format that head has.
func ShowsFormat(head []byte) bool {
	if len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		_, whole := FirstObject(head)
		return whole
	}
	for line := range bytes.Lines(head) {
		if line[len(line)-1] == '\n' && line[0] != '#' {
			return true
		}
	}
	return false
}

// stringEnd returns the index of the quote that ends the string beginning at i; -1 if there
// is none.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
