package manual

import (
	"fmt"
	"regexp"
	"strings"
)

// date is the date in the footers: that of the release, so that the same sources
// always give the same pages.
const date = "2026-11-01"

// lineWidth is the maximum width of source lines, which roff fills anew.
const lineWidth = 76

// roff writes a page with those macros of man(7) that both groff_man(7) and mandoc
// support.
type roff struct{ b strings.Builder }

func newPage(name, section string) *roff {
	r := &roff{}
	r.line(`.\" Made from the flags and records in the source by "make docs".`)
	r.line(fmt.Sprintf(`.TH %s %s %s portkit "portkit manual"`, strings.ToUpper(name), section, date))
	return r
}

func (r *roff) bytes() []byte { return []byte(r.b.String()) }

func (r *roff) line(s string) { r.b.WriteString(s + "\n") }

func (r *roff) section(title string) { r.line(".SH " + escape(strings.ToUpper(title))) }

func (r *roff) subsection(title string) { r.line(".SS " + escape(title)) }

// term writes a tagged paragraph. tag is roff, text is plain.
func (r *roff) term(tag, text string) {
	r.line(".TP")
	r.line(tag)
	r.text(text)
}

// unfilled writes lines of roff as they are, indented.
func (r *roff) unfilled(lines []string) {
	r.line(".RS 2\n.EX")
	for _, line := range lines {
		r.line(protect(line))
	}
	r.line(".EE\n.RE")
}

// text writes plain text as filled lines, with flags and page names in bold.
func (r *roff) text(s string) {
	var words []string
	for word := range strings.FieldsSeq(s) {
		for pieces := breakWord(word, wordWidth); len(pieces) > 1; pieces = pieces[1:] {
			r.fill(strings.Join(words, " "))
			r.line(protect(escape(pieces[0])))
			r.line(".br")
			words, word = nil, pieces[1]
		}
		words = append(words, emphasize(word))
	}
	r.fill(strings.Join(words, " "))
}

// fill writes roff in lines of up to lineWidth.
func (r *roff) fill(text string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > lineWidth {
			r.line(protect(line))
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		r.line(protect(line))
	}
}

var (
	flagWord = regexp.MustCompile(`^(\(?)(--?[a-zA-Z0-9][a-zA-Z0-9-]*)(.*)$`)
	pageWord = regexp.MustCompile(`^(\(?)([a-z][a-z_-]*)(\([1-8]\).*)$`)
)

// emphasize returns the roff of a word, with flags and page names in bold.
func emphasize(word string) string {
	for _, re := range []*regexp.Regexp{flagWord, pageWord} {
		if m := re.FindStringSubmatch(word); m != nil {
			return escape(m[1]) + bold(m[2]) + escape(m[3])
		}
	}
	return escape(word)
}

func emphasizeWords(text string) string {
	words := strings.Split(text, " ")
	for i, word := range words {
		words[i] = emphasize(word)
	}
	return strings.Join(words, " ")
}

func bold(s string) string   { return `\fB` + escape(s) + `\fR` }
func italic(s string) string { return `\fI` + escape(s) + `\fR` }

// protect prevents a line of text from being read as a request.
func protect(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + line
	}
	return line
}

// escape returns the roff of plain text in which every character is printed as
// itself and can be copied into a shell. Unescaped hyphens, apostrophes, grave
// accents, carets and tildes are printed as typographic variants.
func escape(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch c {
		case '\\':
			b.WriteString(`\e`)
		case '-':
			b.WriteString(`\-`)
		case '\'':
			b.WriteString(`\(aq`)
		case '"':
			b.WriteString(`\(dq`)
		case '`':
			b.WriteString(`\(ga`)
		case '^':
			b.WriteString(`\(ha`)
		case '~':
			b.WriteString(`\(ti`)
		default:
			if c > '~' {
				fmt.Fprintf(&b, `\[u%04X]`, c)
				continue
			}
			b.WriteRune(c)
		}
	}
	return b.String()
}
