package report

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"portkit/pkg/record"
)

// mostColumns is how wide the column of ports gets; longer ones move theirs.
const mostColumns = 34

// DiffText writes change records, which are in the order of compare.Compare, for
// people: host by host, what opened first, and how much there is in all. escape
// is as with Text.
func DiffText(w io.Writer, changes iter.Seq[*record.Change], about Diff, services Services, escape func([]byte, string) []byte) error {
	out := bufio.NewWriterSize(w, 64<<10)
	d := &differ{about: about, services: services, escape: escape}
	hosts := 0
	for h := range d.hosts(changes) {
		hosts += h.hosts
		fmt.Fprintln(out, h.Title)
		h.text(out)
		fmt.Fprintln(out)
	}
	if hosts == 0 {
		fmt.Fprintln(out, about.nothing())
	} else {
		fmt.Fprintf(out, "%s: %s\n", plural(hosts, "host"), diffTotals(about.Changes))
	}
	if unseen := about.unseen(); unseen != "" {
		fmt.Fprintln(out, string(escape(nil, unseen)))
	}
	return out.Flush()
}

// text writes the rows in columns.
func (h *diffHost) text(w io.Writer) {
	width := 0
	for i := range h.Rows {
		if n := utf8.RuneCountInString(h.Rows[i].what()); n <= mostColumns {
			width = max(width, n)
		}
	}
	for i := range h.Rows {
		r := &h.Rows[i]
		fmt.Fprintf(w, "  %-8s %-*s  %s\n", r.Change, width, r.what(), r.Note)
	}
}

// what is the ports, with the service's name.
func (r *diffRow) what() string {
	if r.Name == "" {
		return r.Ports
	}
	return r.Ports + " (" + r.Name + ")"
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
