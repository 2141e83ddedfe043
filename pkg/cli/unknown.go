package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"portkit/pkg/lookalike"
)

// unknown returns the error for a flag that the tool does not have. It names the
// tools that have the flag, or else the flag that may be meant.
func (r *argReader) unknown(name string) error {
	if err := flagOfOthers(name); err != nil {
		return err
	}
	if best := r.near(strings.TrimLeft(name, "-")); best != "" {
		return fmt.Errorf("%s: no such flag; did you mean --%s?", name, best)
	}
	return fmt.Errorf("%s: no such flag; --help lists them", name)
}

// near returns the flag that may be meant by name: one that begins with it, or
// that differs by a typing error; "" if there is none. kong's own suggestions
// include hidden flags, every one-letter flag, and names that differ more.
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

// editDistance returns the number of letters to insert, remove, replace or
// exchange with their neighbor to turn a into b (optimal string alignment).
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

// beginsWithDash reports whether arg begins with a dash that is not ASCII.
func beginsWithDash(arg string) bool {
	r, _ := utf8.DecodeRuneInString(arg)
	folded, first := lookalike.Fold(string(r))
	return first != 0 && folded == "-"
}

// dash returns the error for an argument that begins with a word processor's
// dash, with the flag that is probably meant.
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
