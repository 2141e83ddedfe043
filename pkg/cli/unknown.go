package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"portkit/pkg/lookalike"
)

// unknown returns the error for a flag that the tool does not have: the tool
// that has one of that name, or else the flag that may be meant.
func (r *argReader) unknown(name string) error {
	if err := belongs(name); err != nil {
		return err
	}
	if best := r.near(strings.TrimLeft(name, "-")); best != "" {
		return fmt.Errorf("%s: no such flag; did you mean --%s?", name, best)
	}
	return fmt.Errorf("%s: no such flag; --help lists them", name)
}

// near returns the flag whose name is a slip of the keyboard away from name, or
// begins with it; "" if there is none.
func (r *argReader) near(name string) (best string) {
	n := utf8.RuneCountInString(name)
	if n < 2 {
		return ""
	}
	distance := 2
	if n > 5 {
		distance = 3
	}
	for _, f := range r.flags {
		d := editDistance(f.Name, name)
		if strings.HasPrefix(f.Name, name) {
			d = min(d, 1)
		}
		if d < distance && !f.Hidden {
			best, distance = f.Name, d
		}
	}
	return best
}

// editDistance returns how many letters have to be inserted, removed, replaced
// or exchanged with their neighbor to make b of a (optimal string alignment).
func editDistance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := row[j]
			if a[i] != b[j] {
				cost++
			}
			next[j+1] = min(cost, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// beginsWithDash reports whether the first character of arg is a dash that is
// not ASCII's.
func beginsWithDash(arg string) bool {
	r, _ := utf8.DecodeRuneInString(arg)
	folded, first := lookalike.Fold(string(r))
	return first != 0 && folded == "-"
}

// dash returns the error for an argument that begins with a dash of a word
// processor: a flag that was meant, with one hyphen or two.
func (r *argReader) dash(arg string) error {
	first, _ := utf8.DecodeRuneInString(arg)
	word := strings.TrimLeftFunc(arg, func(r rune) bool { return r == '-' || unicode.Is(unicode.Pd, r) || r == first })
	name, _, _ := strings.Cut(word, "=")
	hyphens := "-"
	if r.find(func(f *kong.Flag) bool { return f.Name == name }) != nil {
		hyphens = "--"
	}
	return fmt.Errorf("%q begins with a dash: %w", arg, lookalike.Error(first, hyphens+word))
}
