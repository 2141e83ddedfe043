package service

// match reports whether name, letters of either case, matches a pattern in
// lower case, where "*" stands for any characters and "?" for one. It goes
// back only to the last star, which is enough: time is at most the product
// of the lengths.
func match(pattern, name string) bool {
	p, n := 0, 0
	star, after := -1, 0 // the last star, and where name goes on after it
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, after = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == lower(name[n])):
			p++
			n++
		case star >= 0:
			after++
			p, n = star+1, after
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
