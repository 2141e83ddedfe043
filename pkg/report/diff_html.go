package report

import (
	"bufio"
	_ "embed"
	"html/template"
	"io"
	"iter"

	"portkit/pkg/record"
)

//go:embed diff.html
var diffHTML string

//go:embed diff.css
var diffCSS string

// diffHead is what the "head" of diff.html shows. The page is written host by
// host, as there can be very many.
type diffHead struct {
	Title, Summary, Unseen string
	Policy                 string
	Style                  template.CSS
}

// DiffHTML is DiffText as a page for a browser: one file that loads nothing and
// runs nothing.
func DiffHTML(w io.Writer, changes iter.Seq[*record.Change], about Diff, services Services, escape func([]byte, string) []byte) error {
	page, err := template.New("page").Parse(startHTML + diffHTML)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	printable := func(s string) string { return string(escape(nil, s)) }
	style := baseCSS + diffCSS
	head := diffHead{
		Title:   printable("Changes from " + about.Old + " to " + about.New),
		Summary: diffTotals(about.Changes), Unseen: printable(about.unseen()),
		Style: template.CSS(style), Policy: policy(style, ""),
	}
	if about.Expected {
		head.Title = printable("Differences between " + about.New + " and the ports expected in " + about.Old)
	}
	if head.Summary == "" {
		head.Summary = about.nothing()
	}
	if err := page.ExecuteTemplate(out, "head", head); err != nil {
		return err
	}
	d := &differ{about: about, services: services, escape: escape}
	for h := range d.hosts(changes) {
		if err := page.ExecuteTemplate(out, "host", h); err != nil {
			return err
		}
	}
	if err := page.ExecuteTemplate(out, "foot", nil); err != nil {
		return err
	}
	return out.Flush()
}
