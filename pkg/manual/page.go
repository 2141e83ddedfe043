// Package manual makes the manual pages and the completions for shells. Those
// of a tool come from the model of its command line, portkit(5) from the tables
// of the records' fields, so that they always agree with the programs. The
// pages of section 7 are Markdown files in the directory pages.
package manual

import (
	"slices"
	"strings"

	"portkit/pkg/cli"
)

// Page returns the manual page of a tool, for section 1.
func Page(d *cli.Doc) []byte {
	r := newPage(d.Tool.Name, "1")
	r.section("Name")
	r.line(escape(d.Tool.Name) + ` \- ` + escape(d.Tool.Summary))
	r.section("Synopsis")
	r.synopsis(d)
	r.section("Description")
	r.paragraphs(d.Tool.Description)
	r.options(d)
	for _, s := range d.Tool.Sections {
		r.section(s.Title)
		r.paragraphs(s.Text)
	}
	r.section("Limits")
	r.text(limits)
	r.terms("Exit status", exitStatuses(d))
	r.terms("Environment", environment(d))
	r.examples(d.Tool.Examples)
	r.seeAlso(d.Tool.SeeAlso)
	return r.bytes()
}

func (r *roff) synopsis(d *cli.Doc) {
	for i, u := range d.Tool.Usage {
		if i > 0 {
			r.line(".br")
		}
		r.line(usage(d.Tool.Name + " " + u))
	}
	if len(d.Tool.Usage) > 0 {
		return
	}
	parts := []string{bold(d.Tool.Name), "[" + italic("flags") + "]"}
	for _, a := range d.Args {
		s := italic(a.Name)
		if a.Repeats {
			s += " ..."
		}
		if a.Optional {
			s = "[" + s + "]"
		}
		parts = append(parts, s)
	}
	r.line(strings.Join(parts, " "))
}

// usage sets a line of usage: what is typed as it is bold, what stands for
// something else italic.
func usage(line string) string {
	words := strings.Fields(line)
	for i, w := range words {
		bare := strings.Trim(w, "[]")
		set := italic(bare)
		if i == 0 || strings.HasPrefix(bare, "-") {
			set = bold(bare)
		}
		before, after, _ := strings.Cut(w, bare)
		words[i] = before + set + after
	}
	return strings.Join(words, " ")
}

func (r *roff) options(d *cli.Doc) {
	r.section("Options")
	r.text("Flags and arguments may be given in any order; -- ends the flags. The value of a flag is the next argument, " +
		"follows an equals sign, or directly follows a one-letter flag.")
	for _, a := range d.Args {
		r.term(italic(a.Name), a.Help)
	}
	for _, g := range d.Groups {
		if len(d.Groups) > 1 {
			r.subsection(g.Title)
		}
		for _, f := range g.Flags {
			r.term(flagTag(f), flagText(f))
		}
	}
}

// flagTag is how a flag is written: -p, --ports SPEC.
func flagTag(f cli.FlagDoc) string {
	s := bold("--" + f.Name)
	if f.Short != "" {
		s = bold("-"+f.Short) + ", " + s
	}
	if f.Value != "" {
		s += " " + italic(f.Value)
	}
	return s
}

func flagText(f cli.FlagDoc) string {
	s := f.Help
	unsaid := func(word string) bool { return !strings.Contains(f.Value+" "+f.Help, word) }
	if slices.ContainsFunc(f.Enum, unsaid) {
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

func (r *roff) terms(title string, terms []cli.Term) {
	r.section(title)
	for _, t := range terms {
		r.term(bold(t.Name), t.Text)
	}
}

func exitStatuses(d *cli.Doc) []cli.Term {
	if len(d.Tool.Exit) > 0 {
		return d.Tool.Exit
	}
	return cli.ExitStatuses()
}

func environment(d *cli.Doc) []cli.Term {
	return append(slices.Clone(d.Tool.Environment),
		cli.Term{Name: "NO_COLOR", Text: "Disables colors if not empty."},
		cli.Term{Name: "COLUMNS", Text: "Width of --help."},
	)
}

func (r *roff) examples(examples []cli.Example) {
	r.section("Examples")
	for i, e := range examples {
		if i > 0 {
			r.line(".PP")
		}
		r.text(e.Text)
		r.verbatim(foldCommand(e.Command, verbatimWidth))
	}
}

func (r *roff) seeAlso(pages []string) {
	r.section("See also")
	for i, p := range pages {
		comma := ","
		if i == len(pages)-1 {
			comma = ""
		}
		name, section, _ := strings.Cut(p, "(")
		r.line(".BR " + escape(name) + " (" + section + comma)
	}
}
