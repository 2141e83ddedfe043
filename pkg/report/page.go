package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"iter"
	"strings"

	"portkit/pkg/endpoint"
)

// startHTML is how every page begins, down to its body.
//
//go:embed start.html
var startHTML string

//go:embed page.html
var pageHTML string

// baseCSS is what every page looks like.
//
//go:embed base.css
var baseCSS string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// HTML writes a page that needs nothing but itself: no script, style, font or
// image from elsewhere, and its policy forbids loading any. It can be sorted
// and filtered, printed, and read without colors or without its script.
func HTML(w io.Writer, r *Report) error {
	t, err := template.New("page").Parse(startHTML + pageHTML)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	if err := t.Execute(out, newPage(r)); err != nil {
		return err
	}
	return out.Flush()
}

// page is what page.html shows.
type page struct {
	Title, Span, Made, Program string
	Policy                     string
	Style                      template.CSS
	Script                     template.JS

	Nothing    string // reason for an empty report; "" if it has results
	Tiles      []tile
	States     []stateRow
	Shares     []share
	SharesText string
	Missing    []missingRow

	GroupTitle string
	GroupNames []string
	Groups     []groupRow
	BadGroups  bool // the last number of each is of records that could not be read

	Services     []serviceRow
	MoreServices string
	HasApps      bool
	Trips        *trips

	HasHosts bool
	LeftOut  string
	ByNames  []string
	Columns  []string
	Timed    bool
	Many     bool // rows, more than a browser lays out at once
	Hosts    iter.Seq[hostRow]
}

type (
	tile     struct{ Class, Number, Label string }
	stateRow struct {
		Class, Letter, Name, Number, Percent, Meaning, Reasons string
	}
	share struct {
		Class    string
		X, Width float64
	}
)

// look is how a state is shown: the class of its color, and the letter that
// identifies it without one.
type look struct{ class, letter, name, meaning string }

func looks() [endpoint.States]look {
	return [endpoint.States]look{
		endpoint.Open:         {"o", "O", "open", "A service accepted the connection or replied."},
		endpoint.Closed:       {"c", "c", "closed", "The host replied that no service listens on the port."},
		endpoint.Filtered:     {"f", "f", "filtered", "No reply, or an ICMP error from a router or firewall."},
		endpoint.OpenFiltered: {"q", "?", "open or filtered", "No reply over UDP: a silent service or a firewall."},
		endpoint.Error:        {"e", "!", "not probed", "The port could not be probed; its state is unknown."},
	}
}

func newPage(r *Report) *page {
	s := newSurvey(r)
	p := &page{
		Title: s.title(), Made: clock(r.Now.UnixMilli()), Program: r.Program + " " + r.Version,
		Script: template.JS(pageJS),
		Tiles:  s.tiles(), Missing: s.missing(), Trips: newTrips(&s.stats.RTT),
		HasHosts: s.hosts > 0, HasApps: len(s.apps) > 0, Timed: len(s.stats.RTT.Bins) > 0, Many: s.rows > 1000,
	}
	if s.stats.Last > 0 {
		p.Span = clock(s.stats.First) + " to " + clock(s.stats.Last)
	}
	p.States, p.Shares, p.SharesText = s.shares()
	p.GroupTitle, p.GroupNames, p.Groups = s.groupRows()
	p.BadGroups = s.badGroups
	if s.hosts == 0 {
		p.Nothing = noResults(s.bad)
	}
	p.Services, p.MoreServices = s.services()
	p.hostsOf(s)
	style := baseCSS + pageCSS + p.widths()
	p.Style = template.CSS(style)
	p.Policy = policy(style, pageJS)
	return p
}

// widths is the style of the table of hosts that depends on its columns.
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

// policy lets a page have its style and its script, and ask for nothing
// (Content Security Policy Level 3, section 6.1).
func policy(style, script string) string {
	p := "default-src 'none'; style-src " + hashOf(style)
	if script != "" {
		p += "; script-src " + hashOf(script)
	}
	return p + "; base-uri 'none'; form-action 'none'"
}

// hashOf names the only script, or style, that the policy lets run
// (Content Security Policy Level 3, section 2.3.1).
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (s *survey) title() string {
	switch s.hosts {
	case 0:
		return "Port scan without results"
	case 1:
		return "Port scan of " + s.only
	}
	return "Port scan of " + thousands(uint64(s.hosts)) + " hosts"
}

func (s *survey) tiles() []tile {
	tiles := []tile{
		{"", thousands(uint64(s.hosts)), counted(s.hosts, "host", "hosts")},
		{"", thousands(uint64(s.replied)) + " of " + thousands(uint64(s.hosts)), counted(s.hosts, "host replied", "hosts replied")},
		{"good", thousands(uint64(s.alive)), counted(s.alive, "host with open ports", "hosts with open ports")},
		{"good", thousands(s.total.states[endpoint.Open]), counted(int(s.total.states[endpoint.Open]), "open port", "open ports")},
		{"", thousands(s.total.all()), counted(int(s.total.all()), "port scanned", "ports scanned")},
	}
	// A prefix has broadcast addresses: that these were not probed is no trouble.
	if n := s.total.states[endpoint.Error] - s.total.reasons[endpoint.Error][endpoint.NotUnicast]; n > 0 {
		tiles = append(tiles, tile{"bad", thousands(n), counted(int(n), "port not probed", "ports not probed")})
	}
	if s.bad > 0 {
		tiles = append(tiles, tile{"bad", thousands(s.bad), counted(int(s.bad), "unreadable record", "unreadable records")})
	}
	return tiles
}

// shares are the states of all ports: as a table, as a bar of 1000 units, and
// in words.
func (s *survey) shares() (rows []stateRow, bar []share, text string) {
	all := max(s.total.all(), 1)
	x := 0.0
	var words []string
	for state, l := range looks() {
		if l.class == "" {
			continue
		}
		n := s.total.states[state]
		percent := fmt.Sprintf("%.1f %%", 100*float64(n)/float64(all))
		rows = append(rows, stateRow{l.class, l.letter, l.name, thousands(n), percent, l.meaning, because(s.total.reasons[state][:])})
		words = append(words, l.name+" "+percent)
		if n > 0 {
			width := 1000 * float64(n) / float64(all)
			bar = append(bar, share{l.class, x, width})
			x += width
		}
	}
	return rows, bar, strings.Join(words, ", ")
}

// thousands writes a number with thin spaces, as ISO 31-0 has it.
func thousands(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u2009" + s[i:]
	}
	return s
}

func counted(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
