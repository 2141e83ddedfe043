// Package html writes reports as pages for browsers. A page is one file that loads
// nothing: no script, style, font or image from elsewhere, and its content
// security policy forbids it.
package html

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/report"
)

// startHTML is the beginning of every page, up to its body.
//
//go:embed start.html
var startHTML string

//go:embed page.html
var pageHTML string

// baseCSS is the style of every page.
//
//go:embed base.css
var baseCSS string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// Write writes a page that can be sorted, filtered and printed, and read without
// colors or scripts.
func Write(w io.Writer, r *report.Report) error {
	t, err := parse(pageHTML)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	if err := t.Execute(out, newPage(r)); err != nil {
		return err
	}
	return out.Flush()
}

func parse(text string) (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{
		"thousands": thousands, "clock": report.Clock, "noun": report.Noun, "reason": report.ReasonText, "join": strings.Join,
	}).Parse(startHTML + text)
}

// page is the data of page.html, whose sections call its methods.
type page struct {
	survey
	Style  template.CSS
	Script template.JS
	Policy string

	Columns []report.Port // of the map of common ports
	ByNames []string      // of the columns of fields
	Timed   bool          // there is a column of round-trip times
}

func newPage(r *report.Report) *page {
	p := &page{survey: *newSurvey(r), Script: template.JS(pageJS)}
	p.Columns, p.Timed = p.columns(), len(p.Totals.Times.RTT.Bins) > 0
	p.ByNames = names(p.byFields())
	style := baseCSS + pageCSS + p.widths()
	p.Style, p.Policy = template.CSS(style), policy(style, pageJS)
	return p
}

// columnWidths are widths of columns of the table of hosts, in rem. That of the open
// ports is the least one.
type columnWidths struct{ host, by, ports, number, padding float64 }

// widths returns the style of the table of hosts that depends on its columns. In a
// narrow window they are tight, and in one that is too narrow for that the table scrolls
// by itself. Below 45rem it has no columns.
func (p *page) widths() string {
	numbers := 4
	if p.Timed {
		numbers++
	}
	columns := max(len(p.Columns), 4)
	grid := func(c columnWidths) (style string, least float64) {
		by := ""
		if n := len(p.ByNames); n > 0 {
			by = fmt.Sprintf("repeat(%d, %grem) ", n, c.by)
		}
		const letter = 0.8 // of the map, with a font wider than usual
		least = c.host + c.by*float64(len(p.ByNames)) + c.ports + letter*float64(columns) + 2*c.padding + c.number*float64(numbers)
		return fmt.Sprintf("#hosts tr { grid-template-columns: %grem %sminmax(%grem, 1fr) max-content repeat(%d, %grem); }", c.host, by, c.ports, numbers, c.number), math.Ceil(least)
	}
	wide, least := grid(columnWidths{13, 7, 15, 5.2, .6})
	tight, tightest := grid(columnWidths{10, 5.5, 12, 4.3, .35})
	return fmt.Sprintf("@media screen { %s }\n@media %s { %s #hosts th, #hosts td { padding: .25rem .35rem; } #hosts thead .n { font-size: .78rem; } }\n"+
		"@media %s { .wide { overflow-x: auto; } #hosts { min-width: %grem; } #hosts thead { position: static; } }\n"+
		"@media print { #hosts thead .map { width: calc(%d * 1.5ch + 1rem); } }\n", wide, below(least), tight, below(tightest), tightest, columns)
}

// below returns the media whose page is too narrow for a table of a width in rem, but
// not as narrow as a phone.
func below(width float64) string {
	const margins, most = 4, 86 // of the page with a scroll bar, and the most between them
	media := "screen and (min-width: 45.01rem)"
	if width <= most {
		media += fmt.Sprintf(" and (max-width: %grem)", width+margins)
	}
	return media
}

// policy returns a content security policy that permits a page its style and
// script and no request (Content Security Policy Level 3, section 6.1).
func policy(style, script string) string {
	p := "default-src 'none'; style-src " + hashOf(style)
	if script != "" {
		p += "; script-src " + hashOf(script)
	}
	return p + "; base-uri 'none'; form-action 'none'"
}

// hashOf returns the source expression of a script or style (Content Security
// Policy Level 3, section 2.3.1).
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Title returns the title of the page.
func (p *page) Title() string {
	switch p.Totals.Hosts {
	case 0:
		return "Port scan without results"
	case 1:
		return "Port scan of " + p.lastTitle
	}
	return "Port scan of " + thousands(p.Totals.Hosts) + " hosts"
}

// Nothing returns why the report is empty; "" if it has results.
func (p *page) Nothing() string {
	if p.Totals.Hosts > 0 {
		return ""
	}
	return report.NoResults(p.Totals.Bad)
}

// OpenPorts returns the number of open ports.
func (p *page) OpenPorts() uint64 { return p.Totals.States[endpoint.Open] }

// NotProbed returns the number of ports that could not be probed, without those of
// the broadcast address that every prefix has.
func (p *page) NotProbed() uint64 {
	return p.Totals.States[endpoint.Error] - p.Totals.Of(endpoint.Error, endpoint.NotUnicast)
}

// look is the appearance of a state: the class of its color, and a letter that
// identifies it without color.
type look struct{ Class, Letter, Name, Meaning string }

func looks() [endpoint.States]look {
	return [endpoint.States]look{
		{"u", "·", "not in the scan", ""},
		endpoint.Open:         {"o", "O", "open", "A service accepted the connection or replied."},
		endpoint.Closed:       {"c", "c", "closed", "The host replied that no service listens on the port."},
		endpoint.Filtered:     {"f", "f", "filtered", "No reply, or an ICMP error from a router or firewall."},
		endpoint.OpenFiltered: {"q", "?", "open or filtered", "No reply over UDP: a silent service or a firewall."},
		endpoint.Error:        {"e", "!", "not probed", "The port could not be probed; its state is unknown."},
	}
}

type stateRow struct {
	look
	Ports            uint64
	Percent, Reasons string
	X, Width         float64 // position in a bar of 1000 units
}

// States returns the share of each state in all ports.
func (p *page) States() (rows []stateRow) {
	x, all := 0.0, float64(max(p.Totals.Total(), 1))
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		n := p.Totals.States[state]
		width := 1000 * float64(n) / all
		rows = append(rows, stateRow{looks()[state], n, fmt.Sprintf("%.1f %%", 100*float64(n)/all), p.Totals.ReasonsOf(state), x, width})
		x += width
	}
	return rows
}

// GroupNames returns the names of the fields to group by.
func (p *page) GroupNames() []string { return names(p.Report) }

func names(r *report.Report) (names []string) {
	for _, name := range r.By {
		names = append(names, r.Printable(name))
	}
	return names
}

// thousands returns an integer with thin spaces (ISO 80000-1, section 7.3.1).
func thousands(n any) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u2009" + s[i:]
	}
	return s
}
