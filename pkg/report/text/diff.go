package text

import (
	"bufio"
	"fmt"
	"io"
	"unicode/utf8"

	"portkit/pkg/report"
)

// maxPortsWidth is the maximum width of the column of ports; longer ones shift
// the rest of their line.
const maxPortsWidth = 40

// WriteDiff writes the changes host by host, newly open ports first, and their
// number.
func WriteDiff(w io.Writer, d *report.Diff) error {
	out := bufio.NewWriterSize(w, 64<<10)
	hosts := 0
	for h := range d.Hosts {
		hosts += h.Hosts
		fmt.Fprintln(out, h.Title)
		writeRows(out, h.Rows)
		fmt.Fprintln(out)
	}
	if hosts > 0 {
		fmt.Fprintf(out, "%d %s: ", hosts, report.Noun(hosts, "host", "hosts"))
	}
	fmt.Fprintln(out, d.Totals())
	if records := d.NotCompared(); records != "" {
		fmt.Fprintln(out, records)
	}
	return out.Flush()
}

// writeRows writes rows in columns.
func writeRows(w io.Writer, rows []report.DiffRow) {
	width := 0
	ports := make([]string, len(rows))
	for i, r := range rows {
		ports[i] = r.Ports
		if r.Name != "" {
			ports[i] += " (" + r.Name + ")"
		}
		if n := utf8.RuneCountInString(ports[i]); n <= maxPortsWidth {
			width = max(width, n)
		}
	}
	for i, r := range rows {
		fmt.Fprintf(w, "  %-8s %-*s  %s\n", r.Change, width, ports[i], r.Note)
	}
}
