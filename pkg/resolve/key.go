package resolve

import "bytes"

// Key returns a name in the form in which names are compared: registered form
// (see Registered), lower case (RFC 4343) and without a trailing dot (RFC 1034
// section 3.1). A name of one label keeps its dot: without it the resolver tries
// the search list first (resolv.conf(5)).
func Key(name string) string { return string(AppendKey(nil, []byte(name))) }

// AppendKey appends the Key of a name.
func AppendKey(dst, name []byte) []byte {
	if !isASCII(name) {
		if ascii, err := Registered(string(name)); err == nil {
			name = []byte(ascii)
		}
	}
	if n := len(name); n > 0 && bytes.IndexByte(name, '.') < n-1 {
		name = bytes.TrimSuffix(name, []byte("."))
	}
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
