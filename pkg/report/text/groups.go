package text

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

const (
	lineWidth    = 100 // of the hosts of a group; a longer item has its own line
	maxHostWidth = 44  // of the column of hosts; a longer title has its own line
)

// row is a host and its open ports.
type row struct {
	title  string
	open   []report.OpenPort
	folded []report.FoldedPorts
}

// groups writes an overview, then a block for each group with open ports.
func (t *writer) groups() {
	all := t.Groups()
	if len(all.All) == 0 {
		return
	}
	rows := map[*report.Group][]row{}
	for s := range t.Records {
		one := report.Host{Records: []record.Summary{*s}}
		open, folded := one.OpenPorts(), one.Folded()
		if len(open) == 0 && len(folded) == 0 {
			continue
		}
		g, title := all.Of(s), t.Title(s.Host, s.Addr)
		if n := len(rows[g]); n > 0 && rows[g][n-1].title == title {
			rows[g][n-1].open = append(rows[g][n-1].open, open...)
			rows[g][n-1].folded = append(rows[g][n-1].folded, folded...)
		} else {
			rows[g] = append(rows[g], row{title, open, folded})
		}
	}
	t.heading("SCAN SUMMARY BY " + t.Printable(strings.Join(t.By, ", ")))
	t.overview(all)
	for _, g := range all.All {
		if g.Open > 0 {
			t.heading(t.name(g))
			t.openPorts(rows[g])
			if quiet := g.Hosts - g.Open; quiet > 0 {
				t.line("Hosts without open ports: %d", quiet)
			}
			t.line("")
			t.sum(&g.Counts)
		}
	}
}

// name returns the name of a group: "owner: ops, rack: 3".
func (t *writer) name(g *report.Group) string {
	parts := g.Names()
	for i, name := range t.By {
		parts[i] = t.Printable(name) + ": " + parts[i]
	}
	return strings.Join(parts, ", ")
}

// overview writes a line for each group, and the totals.
func (t *writer) overview(all *report.Groups) {
	var head []string
	for _, name := range t.By {
		head = append(head, t.Printable(name))
	}
	head = append(head, "hosts", "with open", "open", "closed", "filtered", "open|filtered", "error")
	if all.HasBad {
		head = append(head, "unreadable")
	}
	table := [][]string{head}
	for _, g := range all.Listed() {
		cells := append(g.Names(), fmt.Sprint(g.Hosts), fmt.Sprint(g.Open))
		for state := endpoint.Open; state <= endpoint.Error; state++ {
			cells = append(cells, fmt.Sprint(g.States[state]))
		}
		if all.HasBad {
			cells = append(cells, fmt.Sprint(g.Bad))
		}
		table = append(table, cells)
	}
	t.columns(table, len(t.By))
	open := 0
	for _, g := range all.All {
		open += min(g.Open, 1)
	}
	t.line("\nGroups: %d, with open ports: %d", len(all.All), open)
	t.sum(t.totals)
}

// columns writes a table with a rule below its head. The first columns are text,
// the others numbers.
func (t *writer) columns(table [][]string, texts int) {
	width := make([]int, len(table[0]))
	for _, cells := range table {
		for i, cell := range cells {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for n, cells := range table {
		var b strings.Builder
		for i, cell := range cells {
			if i < texts {
				fmt.Fprintf(&b, "%-*s  ", width[i], cell)
			} else {
				fmt.Fprintf(&b, "%*s  ", width[i], cell)
			}
		}
		line := strings.TrimRight(b.String(), " ")
		t.line("%s", line)
		if n == 0 {
			t.line("%s", strings.Repeat("-", utf8.RuneCountInString(line)))
		}
	}
}

// openPorts writes hosts with their open ports in two columns.
func (t *writer) openPorts(rows []row) {
	width := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r.title); n <= maxHostWidth {
			width = max(width, n)
		}
	}
	for _, r := range rows {
		report.SortPorts(r.open)
		var ports []string
		for _, p := range r.open {
			ports = append(ports, t.portText(p))
		}
		for _, f := range r.folded {
			ports = append(ports, f.String())
		}
		t.hanging(r.title, width+2, ports)
	}
}

// hanging writes a title and, from column indent on, a comma-separated list over
// as many lines as necessary.
func (t *writer) hanging(title string, indent int, list []string) {
	line := fmt.Sprintf("%-*s", indent, title)
	if utf8.RuneCountInString(title)+2 > indent {
		t.line("%s", title)
		line = strings.Repeat(" ", indent)
	}
	for i, item := range list {
		if i < len(list)-1 {
			item += ","
		}
		switch length := utf8.RuneCountInString(line); {
		case i == 0:
		case length+1+utf8.RuneCountInString(item) > lineWidth:
			t.line("%s", line)
			line = strings.Repeat(" ", indent)
		default:
			line += " "
		}
		line += item
	}
	t.line("%s", line)
}
