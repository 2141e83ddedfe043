package protocol

import "strings"

// sieveMatch recognizes the capabilities of a ManageSieve server (RFC 5804 section 1.7),
// which are its greeting and the reply to CAPABILITY.
func sieveMatch(r *Reply) (m Match) {
	lines, rest := r.lines()
	if !isText(r.Data) {
		return m
	}
	for _, line := range lines {
		if sieveStatus(line) {
			m.More = false
			return m
		}
		name, value, ok := quoted(line)
		if !ok {
			return Match{}
		}
		value, _, _ = quoted(value)
		switch strings.ToUpper(name) {
		case "IMPLEMENTATION":
			m.Strength = Certain
			m.Product, m.Version = implementation(value)
			m.OS = system(value)
		case "SIEVE":
			m.Strength = Certain
		}
	}
	m.More = !r.Ended && (m.Strength > No || rest == "" || rest[0] == '"')
	return m
}

// sieveStatus reports whether a line ends the capabilities.
func sieveStatus(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return word == "OK" || word == "NO" || word == "BYE"
}
