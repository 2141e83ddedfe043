package cli

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	helpMin    = 50  // narrower text is harder to read than wrapped text
	helpMax    = 100 // so are longer lines
	helpIndent = 2
	helpColumn = 30 // where the texts of flags begin, at most
)

// helpWidth is the terminal's, or COLUMNS, or 80, within what reads well.
func helpWidth(with IO) int {
	w := 0
	if with.OutTerminal {
		w = columns(with.Width)
	}
	if n, err := strconv.Atoi(with.Getenv("COLUMNS")); err == nil {
		w = n
	}
	if w <= 0 {
		w = 80
	}
	return max(helpMin, min(w, helpMax))
}

// help is the text of --help.
func (d *Doc) help(width int) string {
	var b strings.Builder
	b.WriteString("Usage: " + strings.Join(d.Usage, "\n       ") + "\n\n")
	wrap(&b, sentence(d.Tool.Summary), 0, width)
	for _, a := range d.Args {
		if a.Help != "" {
			b.WriteString("\n")
			entry(&b, a.Name, a.Help, d.column(), width)
		}
	}
	for _, g := range d.Groups {
		b.WriteString("\n" + g.Title + ":\n")
		for _, f := range g.Flags {
			entry(&b, f.label(), f.text(), d.column(), width)
		}
	}
	d.helpExamples(&b, width)
	return b.String()
}

func (d *Doc) helpExamples(b *strings.Builder, width int) {
	b.WriteString("\nExamples:\n")
	for _, e := range d.Tool.Examples {
		wrap(b, e.Text, helpIndent, width)
		b.WriteString("      " + strings.ReplaceAll(e.Command, "\n", "\n      ") + "\n")
	}
	b.WriteByte('\n')
	wrap(b, "Manual: "+d.Tool.Name+"(1). Record formats: portkit(5).", 0, width)
}

// label is how a flag is written: "-p, --ports SPEC", "    --top N".
func (f FlagDoc) label() string {
	s := "    --" + f.Name
	if f.Short != "" {
		s = "-" + f.Short + ", --" + f.Name
	}
	if f.Value != "" {
		s += " " + f.Value
	}
	return s
}

func (f FlagDoc) text() string {
	if f.Default == "" {
		return f.Help
	}
	return strings.TrimSuffix(f.Help, ".") + " (default: " + f.Default + ")."
}

// column is where the texts of all flags begin.
func (d *Doc) column() int {
	col := 0
	for _, g := range d.Groups {
		for _, f := range g.Flags {
			if n := utf8.RuneCountInString(f.label()) + 2*helpIndent; n <= helpColumn {
				col = max(col, n)
			}
		}
	}
	return col
}

// entry writes a label and its text beside it, or below it where the label is
// long.
func entry(b *strings.Builder, label, text string, column, width int) {
	var t strings.Builder
	wrap(&t, text, column, width)
	lines := t.String()
	head := strings.Repeat(" ", helpIndent) + label
	if n := utf8.RuneCountInString(head); n+helpIndent > column {
		b.WriteString(head + "\n" + lines)
		return
	}
	b.WriteString(head + lines[min(utf8.RuneCountInString(head), len(lines)):])
}

// wrap writes text in lines of at most width columns, indented. A word that is
// longer than a line is broken behind its commas.
func wrap(b *strings.Builder, text string, indent, width int) {
	col := 0
	for word := range strings.FieldsSeq(text) {
		pieces := []string{word}
		if utf8.RuneCountInString(word) > width-indent {
			pieces = strings.SplitAfter(word, ",")
		}
		for i, piece := range pieces {
			n, gap := utf8.RuneCountInString(piece), " "
			if i > 0 {
				gap = ""
			}
			switch {
			case col == 0:
				b.WriteString(strings.Repeat(" ", indent))
				col = indent
			case col+len(gap)+n > width:
				b.WriteString("\n" + strings.Repeat(" ", indent))
				col = indent
			default:
				b.WriteString(gap)
				col += len(gap)
			}
			b.WriteString(piece)
			col += n
		}
	}
	if col > 0 {
		b.WriteByte('\n')
	}
}

// sentence makes a summary one: "expand specs" becomes "Expand specs.".
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(r)) + s[n:] + "."
}
