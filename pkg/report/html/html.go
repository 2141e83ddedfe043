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

// widths returns the style of the table of hosts that depends on its columns.
func (p *page) widths() string {
	by, numbers := "", 4
	if len(p.ByNames) > 0 {
		by = fmt.Sprintf("repeat(%d, 7rem) ", len(p.ByNames))
	}
	if p.Timed {
		numbers++
	}
	return fmt.Sprintf("@media screen { #hosts tr { grid-template-columns: 13rem %sminmax(9rem, 1fr) max-content repeat(%d, 5.2rem); } }\n"+
		"@media print { #hosts thead .map { width: calc(%d * 1.5ch + 1rem); } }\n", by, numbers, max(len(p.Columns), 4))
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
