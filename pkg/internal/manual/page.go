// Package manual generates the manual pages and the shell completions. The pages
// are Markdown files in the directory pages. The lists in those of sections 1 and
// 5, in pages/reference, come from the command line of a tool and from the tables
// of fields and payloads, so that they always agree with the programs.
package manual

import (
	"fmt"
	"strings"

	"portkit/pkg/cli"
	"portkit/pkg/identify"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/payload"
	"portkit/pkg/portfrom"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// generate writes what replaces the paragraph {{name}} of a page. d is the tool
// of a page of section 1, else nil.
func (r *roff) generate(name string, d *cli.Doc) error {
	kind, isFields := strings.CutPrefix(name, "fields ")
	switch {
	case isFields:
		r.fields(kind)
	case name == "UDP requests":
		r.requests(payload.All())
	case name == "large UDP replies":
		r.largeReplies(payload.All())
	case name == "apps":
		r.words(record.Apps())
	case name == "protocols":
		r.protocols(protocol.Table())
	case name == "quiet ports":
		r.quietPorts(identify.QuietPorts())
	case name == "formats":
		r.formats(portfrom.Formats())
	case name == "words of scanners":
		r.scannerWords(scanfile.Words())
	case name == "silent UDP services":
		r.silentServices(payload.Silent())
	case d == nil:
		return fmt.Errorf("{{%s}} is unknown on a page without a tool", name)
	case name == "synopsis":
		r.synopsis(d)
	case name == "options":
		r.options(d)
	case name == "limits":
		r.text(limits())
	case name == "examples":
		r.examples(d.Tool.Examples)
	default:
		return fmt.Errorf("{{%s}} is unknown", name)
	}
	return nil
}

func (r *roff) synopsis(d *cli.Doc) {
	for i, line := range d.Usage {
		if i > 0 {
			r.line(".br")
		}
		r.line(usage(line))
	}
}

// usage sets what is typed as it is in bold, and what stands for a value in
// italics.
func usage(line string) string {
	words := strings.Fields(line)
	for i, w := range words {
		bare := strings.Trim(w, "[]")
		set := italic(bare)
		switch {
		case bare == "...":
			set = bare
		case i == 0 || strings.HasPrefix(bare, "-"):
			set = bold(bare)
		}
		before, after, _ := strings.Cut(w, bare)
		words[i] = before + set + after
	}
	return strings.Join(words, " ")
}

func (r *roff) options(d *cli.Doc) {
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
			r.term(flagTag(f), f.Text())
		}
	}
}

// flagTag returns the spellings of a flag: -p, --ports SPEC.
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

func (r *roff) examples(examples []cli.Example) {
	for i, e := range examples {
		if i > 0 {
			r.line(".PP")
		}
		r.text(e.Text)
		r.line(".PP")
		r.unfilled(strings.Split(escape(foldCommand(e.Command, verbatimWidth)), "\n"))
	}
}

// limits returns the resource limits that every tool needs. The Go runtime
// reserves far more address space than it uses: with ulimit -v 850000, scans of
// 600,000 addresses failed, with 1000000 none did.
func limits() string {
	return fmt.Sprintf("Each tool requires %d file descriptors in addition to those open at its start (ulimit -n). "+
		"With fewer, it exits with status 2 and reports the required limit. "+
		"It reserves 0.75 GB of address space but uses little of it: "+
		"if ulimit -v is set, it must be at least 1000000 KiB (1 GB), plus the memory that the tool uses. "+
		"To limit memory, use a control group, such as systemd-run -p MemoryMax=2G.", cli.MinDescriptors)
}

// fields lists the fields of a kind of record.
func (r *roff) fields(kind string) {
	for _, f := range record.Fields(kind) {
		more := f.Type
		if f.Required {
			more += ", required"
		}
		r.item(f.Name, more, f.Doc)
	}
}

// item writes an item of a list: name (more), then text.
func (r *roff) item(name, more, text string) {
	r.term(bold(name)+" ("+escape(more)+")", text)
}
