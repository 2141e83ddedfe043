package recog

import (
	"slices"
	"strings"
)

// maxInterpolated limits the bytes of a literal with references replaced. A longer one
// has no value, so that a database cannot make values grow without bound.
const maxInterpolated = 4096

// param is a named value of a match.
type param struct {
	name   string
	group  int     // number of a group of the pattern, or 0: literal
	pieces []piece // of a literal
}

// piece is a part of a literal: text, or the name of a param that it refers to.
type piece struct {
	text, ref string
}

// newParam returns a param. Like Recog, it ignores the literal of a group.
func newParam(name string, group int, value string) param {
	if group > 0 {
		return param{name: name, group: group}
	}
	return param{name: name, pieces: pieces(value)}
}

// plain reports whether the value has no references.
func (p *param) plain() bool {
	return p.group > 0 || len(p.pieces) == 1 && p.pieces[0].ref == ""
}

// pieces splits a literal at its references. Braces around anything but a name are text.
func pieces(value string) (all []piece) {
	text := 0 // where the text before the next reference begins
	for i := 0; i < len(value); i++ {
		if value[i] != '{' {
			continue
		}
		n := strings.IndexFunc(value[i+1:], notInName)
		if n < 1 || value[i+1+n] != '}' {
			continue
		}
		if text < i {
			all = append(all, piece{text: value[text:i]})
		}
		all = append(all, piece{ref: value[i+1 : i+1+n]})
		i += 1 + n
		text = i + 1
	}
	if text < len(value) {
		all = append(all, piece{text: value[text:]})
	}
	return all
}

// notInName reports whether names of params do not contain r.
func notInName(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '_' || r == '-')
}

// values returns the values of all params, including temporary ones, and the CPEs.
func (f *fingerprint) values(text string, groups []int) (values map[string]string, cpes []string) {
	values = make(map[string]string, len(f.params))
	for i := range f.params {
		p := &f.params[i]
		switch {
		case !p.plain():
		case p.group == 0:
			values[p.name] = p.pieces[0].text
		case groups[2*p.group] < groups[2*p.group+1]: // both are -1 if the group took no part
			values[p.name] = text[groups[2*p.group]:groups[2*p.group+1]]
		}
	}
	for i := range f.params {
		p := &f.params[i]
		cpe := strings.HasSuffix(p.name, ".cpe23")
		if !p.plain() {
			if value := interpolate(p.pieces, values, cpe); value != "" {
				values[p.name] = value
			}
		}
		if cpe && p.group == 0 {
			if c := formatCPE(p.pieces, values); c != "" && !slices.Contains(cpes, c) {
				cpes = append(cpes, c)
			}
		}
	}
	return values, cpes
}

// interpolate returns a literal with the references replaced, or "". In a CPE, a
// missing value is "-", as in Recog.
func interpolate(pieces []piece, values map[string]string, cpe bool) string {
	var all strings.Builder
	for _, p := range pieces {
		text := p.text
		if p.ref != "" {
			text = values[p.ref]
		}
		if text == "" && cpe {
			text = "-"
		}
		if text == "" || all.Len()+len(text) > maxInterpolated {
			return ""
		}
		all.WriteString(text)
	}
	return all.String()
}
