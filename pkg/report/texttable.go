package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

const (
	tableWidth = 100 // of a table with hosts and ports, where that can be
	hostWidth  = 44  // of its column of hosts, at most
	quietShown = 20  // maximum number of groups without open ports that are listed; more are only counted
)

// group is the hosts that have the same values in the fields of Report.By.
type group struct {
	values []string
	rows   []*row // hosts with something open
	hosts  int
	alive  int // those of them with something open
	last   hostKey
	lives  bool // the last one is counted among them
	tally
	stats record.Stats
	bad   uint64 // error records without an endpoint
}

type hostKey struct {
	host string
	addr netip.Addr
}

// row is a host and what is open there.
type row struct {
	title string
	open  []openPort
}

// tables writes the groups: an overview, then a table for each that has
// something open.
func (t *text) tables() {
	all := t.collect()
	if len(all) > 0 {
		t.replied(countHosts(t.Report))
		t.blocks++
		t.heading("SCAN SUMMARY BY " + t.printable(strings.Join(t.By, ", ")))
		t.overview(all)
	}
	for _, g := range all {
		if g.alive > 0 {
			t.blocks++
			t.heading(t.name(g))
			t.hosts(g)
			t.counts(&g.tally)
			t.times(&g.stats)
		}
	}
	t.roundTrips(&t.stats.RTT)
	t.unread()
}

// collect puts the records into groups, which stand in the order in which
// they are met.
func (t *text) collect() (all []*group) {
	byKey := map[string]*group{}
	values := groups{report: t.Report}
	for s := range t.Records {
		if s.Bad > 0 {
			t.bad += s.Bad
			if len(s.By) == 0 {
				continue
			}
		}
		of := values.of(s)
		key := fmt.Sprintf("%q", of)
		g := byKey[key]
		if g == nil {
			g = &group{values: slices.Clone(of)}
			byKey[key], all = g, append(all, g)
		}
		if s.Bad > 0 {
			g.bad += s.Bad
			continue
		}
		t.addTo(g, s)
	}
	return all
}

func (t *text) addTo(g *group, s *record.Summary) {
	g.count(s)
	t.total.addSpans(s.Spans)
	t.stats.Merge(&s.Stats)
	open := openPorts(nil, s)
	if len(open) == 0 {
		return
	}
	title := t.printable(title(s.Host, s.Addr))
	if n := len(g.rows); n == 0 || g.rows[n-1].title != title {
		g.rows = append(g.rows, &row{title: title})
	}
	last := g.rows[len(g.rows)-1]
	last.open = append(last.open, open...)
}

// count adds a record, and its host once, however many records are about it:
// they follow each other.
func (g *group) count(s *record.Summary) {
	if g.hosts == 0 || g.last.addr != s.Addr || g.last.host != string(s.Host) {
		g.last, g.lives = hostKey{string(s.Host), s.Addr}, false
		g.hosts++
	}
	for _, span := range s.Spans {
		if span.State == endpoint.Open && !g.lives {
			g.lives = true
			g.alive++
		}
	}
	g.addSpans(s.Spans)
	g.stats.Merge(&s.Stats)
}

// name is what a group is called: "owner: ops, rack: 3".
func (t *text) name(g *group) string {
	var parts []string
	for i, name := range t.By {
		parts = append(parts, t.printable(name)+": "+named(g.values[i]))
	}
	return strings.Join(parts, ", ")
}

// named is a value, or what stands for none.
func named(value string) string {
	if value == "" {
		return "(none)"
	}
	return value
}

// loud returns the groups to list: all or, if very many have no open ports,
// those with open ports and one that sums up the others.
func loud(all []*group) (listed, others []*group) {
	var quiet []*group
	for _, g := range all {
		if g.alive == 0 {
			quiet = append(quiet, g)
		} else {
			listed = append(listed, g)
		}
	}
	if len(quiet) <= quietShown {
		return all, nil
	}
	sum := &group{values: make([]string, len(all[0].values))}
	sum.values[0] = fmt.Sprintf("%d others", len(quiet))
	for i := range sum.values[1:] {
		sum.values[i+1] = "…"
	}
	for _, g := range quiet {
		sum.hosts += g.hosts
		sum.bad += g.bad
		for state, n := range g.states {
			sum.states[state] += n
		}
	}
	return listed, []*group{sum}
}

// overview writes a line for each group.
func (t *text) overview(all []*group) {
	listed, others := loud(all)
	bad := slices.ContainsFunc(all, func(g *group) bool { return g.bad > 0 })
	table := [][]string{overviewHead(t.By, bad, t.printable)}
	for _, g := range append(listed, others...) {
		table = append(table, overviewRow(g, bad))
	}
	open := 0
	for _, g := range all {
		if g.alive > 0 {
			open++
		}
	}
	t.columns(table, len(t.By))
	t.line("")
	t.line(fmt.Sprintf("Groups: %d, with open ports: %d", len(all), open))
	t.counts(&t.total)
	t.times(&t.stats)
}

// overviewHead returns the heads of the columns; that of bad records only where
// a group has some.
func overviewHead(by []string, bad bool, printable func(string) string) []string {
	var head []string
	for _, name := range by {
		head = append(head, printable(name))
	}
	head = append(head, "hosts", "with open", "open", "closed", "filtered", "open|filtered", "error")
	if bad {
		head = append(head, "unreadable")
	}
	return head
}

func overviewRow(g *group, bad bool) (cells []string) {
	for _, value := range g.values {
		cells = append(cells, named(value))
	}
	cells = append(cells, fmt.Sprint(g.hosts), fmt.Sprint(g.alive))
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		cells = append(cells, fmt.Sprint(g.states[state]))
	}
	if bad {
		cells = append(cells, fmt.Sprint(g.bad))
	}
	return cells
}

// columns writes a table whose first columns are texts and whose others are
// numbers, with a line below its head.
func (t *text) columns(table [][]string, texts int) {
	width := make([]int, len(table[0]))
	for _, cells := range table {
		for i, cell := range cells {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for n, cells := range table {
		var b strings.Builder
		for i, cell := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i < texts {
				b.WriteString(cell + pad + "  ")
			} else {
				b.WriteString(pad + cell + "  ")
			}
		}
		t.line(strings.TrimRight(b.String(), " "))
		if n == 0 {
			t.line(strings.Repeat("-", utf8.RuneCountInString(strings.TrimRight(b.String(), " "))))
		}
	}
}

// hosts writes what is open at each host of a group.
func (t *text) hosts(g *group) {
	width := 0
	for _, r := range g.rows {
		if n := utf8.RuneCountInString(r.title); n <= hostWidth {
			width = max(width, n)
		}
	}
	for _, r := range g.rows {
		slices.SortFunc(r.open, func(a, b openPort) int {
			return cmp.Or(cmp.Compare(a.port, b.port), cmp.Compare(a.proto, b.proto))
		})
		var ports []string
		for _, p := range r.open {
			ports = append(ports, t.portText(p))
		}
		t.hanging(r.title, width+2, ports)
	}
	if quiet := g.hosts - g.alive; quiet > 0 {
		t.line(fmt.Sprintf("Hosts without open ports: %d", quiet))
	}
	t.line("")
}

// hanging writes a title and, from column indent on, a list with commas that
// goes on below itself.
func (t *text) hanging(title string, indent int, list []string) {
	line := title + strings.Repeat(" ", max(0, indent-utf8.RuneCountInString(title)))
	if utf8.RuneCountInString(title)+2 > indent {
		t.line(title)
		line = strings.Repeat(" ", indent)
	}
	empty := true
	for i, item := range list {
		if i < len(list)-1 {
			item += ","
		}
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(item) > tableWidth {
			t.line(line)
			line, empty = strings.Repeat(" ", indent), true
		}
		if !empty {
			line += " "
		}
		line, empty = line+item, false
	}
	t.line(line)
}
