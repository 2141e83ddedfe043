package report

import (
	"bufio"
	"html/template"
	"io"
	"iter"

	"portkit/pkg/record"
)

// diffPage is the page's parts: it is written host by host, as there can be
// very many.
const diffPage = `{{define "head"}}<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .3rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td { border-bottom: 1px solid #8886; overflow-wrap: anywhere; padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
thead { clip-path: inset(50%); position: absolute; }
td:nth-child(1) { width: 6rem; }
td:nth-child(2) { font-variant-numeric: tabular-nums; width: 11rem; }
td:nth-child(3) { width: 9rem; }
tr.opened td:first-child, tr.added td:first-child { font-weight: bold; }
@media (max-width: 36rem) {
  tr { border-bottom: 1px solid #8886; display: block; padding: .3rem 0; }
  td:nth-child(n) { border: 0; display: inline; padding-right: .6rem; }
  td:nth-child(4) { display: block; }
}
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  tr, h2 { break-inside: avoid; }
  h2 { break-after: avoid; }
}
</style>
</head>
<body>
<h1>{{.Title}}</h1>
<p>{{.Summary}}</p>
{{with .Unseen}}<p>{{.}}</p>
{{end}}{{end}}
{{define "host"}}<section>
<h2>{{.Title}}</h2>
<table>
<thead><tr><th scope="col">change</th><th scope="col">port</th><th scope="col">service</th><th scope="col">what</th></tr></thead>
<tbody>
{{range .Rows}}<tr class="{{.Change}}"><td>{{.Change}}</td><td>{{.Ports}}</td><td>{{.Name}}</td><td>{{.Note}}</td></tr>
{{end}}</tbody>
</table>
</section>
{{end}}
{{define "foot"}}</body>
</html>
{{end}}`

// DiffHTML is DiffText as a page for a browser: one file that loads nothing and
// runs nothing.
func DiffHTML(w io.Writer, changes iter.Seq[*record.Change], about Diff, services Services, escape func([]byte, string) []byte) error {
	page, err := template.New("page").Parse(diffPage)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	printable := func(s string) string { return string(escape(nil, s)) }
	head := struct{ Title, Summary, Unseen string }{
		printable("What changed from " + about.Old + " to " + about.New), diffTotals(about.Changes), printable(about.unseen()),
	}
	if about.Expected {
		head.Title = printable("What is not in " + about.New + " as expected in " + about.Old)
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
