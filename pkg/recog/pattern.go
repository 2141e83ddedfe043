package recog

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// fingerprint is a pattern and what its matches are called.
type fingerprint struct {
	description string
	params      []param

	pattern        string // with its flags
	prefix, middle string // folded texts that every match begins with or contains, or ""
	compile        sync.Once
	compiled       *regexp.Regexp
}

// setPattern checks the pattern and returns the number of its groups.
func (f *fingerprint) setPattern(pattern, flags string) (groups int, err error) {
	inline, err := inlineFlags(flags)
	if err != nil {
		return 0, err
	}
	f.pattern = inline + pattern
	tree, err := syntax.Parse(f.pattern, syntax.Perl)
	if s, ok := errors.AsType[*syntax.Error](err); ok {
		return 0, fmt.Errorf("pattern: %s: %.80q", s.Code, s.Expr)
	}
	if err != nil {
		return 0, fmt.Errorf("pattern: %w", err)
	}
	f.prefix, f.middle = required(tree)
	return tree.MaxCap(), nil
}

// inlineFlags returns the flags of a fingerprint in the syntax of package regexp. In
// Ruby ^ and $ match at every line. Patterns rely on that only where REG_MULTILINE is
// set, and elsewhere on the contrary.
func inlineFlags(flags string) (string, error) {
	if flags == "" {
		return "", nil
	}
	var inline string
	for flag := range strings.SplitSeq(flags, ",") {
		switch strings.TrimSpace(flag) {
		case "REG_ICASE", "IGNORECASE":
			inline += "i"
		case "REG_DOT_NEWLINE", "REG_LINE_ANY_CRLF":
			inline += "s"
		case "REG_MULTILINE":
			inline += "sm"
		default:
			return "", fmt.Errorf("flag %.80q: not known", flag)
		}
	}
	return "(?" + inline + ")", nil
}

// regexp returns the compiled pattern, which setPattern has checked.
func (f *fingerprint) regexp() *regexp.Regexp {
	f.compile.Do(func() { f.compiled = regexp.MustCompile(f.pattern) })
	return f.compiled
}

// mayMatch reports whether a folded text contains what the pattern requires. Nearly
// all patterns are ruled out by it, about ten times as fast as by matching, and need
// no memory for a compiled form.
func (f *fingerprint) mayMatch(folded string) bool {
	return strings.HasPrefix(folded, f.prefix) && strings.Contains(folded, f.middle)
}

// required returns folded texts that all matches of a pattern begin with and contain.
func required(tree *syntax.Regexp) (prefix, middle string) {
	middle = literal(tree)
	if tree.Op == syntax.OpConcat && tree.Sub[0].Op == syntax.OpBeginText {
		prefix = leading(tree.Sub[1])
	}
	if prefix == middle {
		middle = "" // contained in the prefix
	}
	return prefix, middle
}

// leading returns the text that all matches of a tree begin with.
func leading(tree *syntax.Regexp) string {
	switch tree.Op {
	case syntax.OpLiteral:
		return fold(string(tree.Rune))
	case syntax.OpCapture, syntax.OpConcat:
		return leading(tree.Sub[0])
	default:
		return ""
	}
}

// literal returns the longest text that all matches of a tree contain.
func literal(tree *syntax.Regexp) (longest string) {
	switch tree.Op {
	case syntax.OpLiteral:
		return fold(string(tree.Rune))
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
	case syntax.OpRepeat:
		if tree.Min == 0 {
			return ""
		}
	default:
		return ""
	}
	for _, sub := range tree.Sub {
		if text := literal(sub); len(text) > len(longest) {
			longest = text
		}
	}
	return longest
}

// fold returns a text in which characters that the flag i treats as equal are equal.
// Bytes that are not UTF-8 become U+FFFD, as package regexp treats them.
func fold(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return strings.Map(foldRune, text)
		}
	}
	return strings.ToUpper(text)
}

// foldRune returns the lowest of the characters that are equal to r but for case,
// which is the capital in ASCII.
func foldRune(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}
