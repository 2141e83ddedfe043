package html

import (
	"bufio"
	_ "embed"
	"html/template"
	"io"

	"portkit/pkg/report"
)

//go:embed diff.html
var diffHTML string

//go:embed diff.css
var diffCSS string

// diffHead is the data of the template "head" of diff.html.
type diffHead struct {
	*report.Diff
	Title, Policy string
	Style         template.CSS
}

// WriteDiff writes the changes as a page without scripts. It writes host by host,
// because there may be very many.
func WriteDiff(w io.Writer, d *report.Diff) error {
	page, err := parse(diffHTML)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	style := baseCSS + diffCSS
	title := "Changes from " + d.Old + " to " + d.New
	if d.Expected {
		title = "Differences between " + d.New + " and the ports expected in " + d.Old
	}
	if err := page.ExecuteTemplate(out, "head", diffHead{d, d.Printable(title), policy(style, ""), template.CSS(style)}); err != nil {
		return err
	}
	for h := range d.Hosts {
		if err := page.ExecuteTemplate(out, "host", h); err != nil {
			return err
		}
	}
	if err := page.ExecuteTemplate(out, "foot", nil); err != nil {
		return err
	}
	return out.Flush()
}
