package cli

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	helpMin    = 50  // narrower than this, the terminal wraps better
	helpMax    = 100 // longer lines are hard to read
	helpIndent = 2
	helpColumn = 30 // maximum indentation of the texts of flags
)

// helpWidth returns the width of the help: COLUMNS, else that of the terminal,
// else 80, between helpMin and helpMax.
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

// help returns the text of --help.
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
			entry(&b, f.label(), f.Text(), d.column(), width)
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

// label returns the spellings of a flag: "-p, --ports SPEC", "    --top N".
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

// Text returns the text of a flag: its help, and of its values, its default and whether
// it is repeatable, what the help does not contain.
func (f FlagDoc) Text() string {
	s := f.Help
	absent := func(value string) bool { return !strings.Contains(f.Value+" "+f.Help, value) }
	if slices.ContainsFunc(f.Enum, absent) {
		s += " Values: " + strings.Join(f.Enum, ", ") + "."
	}
	if f.Default != "" {
		s = strings.TrimSuffix(s, ".") + " (default: " + f.Default + ")."
	}
	if f.Repeats && !strings.Contains(f.Help, "epeatable") {
		s += " Repeatable."
	}
	return s
}

// column returns the indentation of the texts of all flags.
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

// entry writes a label and its text beside it, or below a long label.
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

// wrap writes text in indented lines of at most width columns. A word that is
// longer than a line is broken after commas.
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

// sentence returns a summary as a sentence: "Expand specs." for "expand specs".
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(r)) + s[n:] + "."
}
