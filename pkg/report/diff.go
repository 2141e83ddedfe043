package report

import (
	"bytes"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Diff is a comparison of two scans, or of a scan with the expected open ports.
type Diff struct {
	// Records yields the change records in the order of compare.Compare, once.
	Records iter.Seq[*record.Change]
	// Old and New are the names of the two sides.
	Old, New string
	// Expected reports whether Old is a list of expected open ports.
	Expected bool
	// ByIP reports whether hosts are distinguished by address only.
	ByIP bool
	// Changes counts the change records.
	Changes [endpoint.Changes]uint64
	// NoEndpoint counts the records of each side without an endpoint.
	NoEndpoint [2]uint64
	Services   Services
	Terminal   bool                        // as in Report
	Escape     func([]byte, string) []byte // as in Report
}

// DiffHost is the changes of a host, or of several that have the same changes and
// consecutive addresses.
type DiffHost struct {
	Title string
	Rows  []DiffRow
	Hosts int

	first string     // title of the first host of several
	last  netip.Addr // address of the last host; valid if the title is only that
}

// maxNames is the maximum number of names in a host's title.
const maxNames = 3

// differ collects the changes of one host.
type differ struct {
	*Diff
	key   []byte // identifies the host
	names []string
	addr  netip.Addr
	mixed bool // the host has several addresses
	rows  []DiffRow

	acceptsAll bool // the host accepts every connection without a service
}

// Hosts yields the hosts, consecutive ones with the same changes as one.
func (d *Diff) Hosts(yield func(*DiffHost) bool) {
	var held *DiffHost
	for h := range d.each {
		switch {
		case held == nil:
			held = h
		case held.extend(h):
		case !yield(held):
			return
		default:
			held = h
		}
	}
	if held != nil {
		yield(held)
	}
}

// extend adds the next host if it has the next address and the same changes. It
// reports whether it did.
func (h *DiffHost) extend(next *DiffHost) bool {
	if !h.last.IsValid() || !next.last.IsValid() || h.last.Next() != next.last || !slices.EqualFunc(h.Rows, next.Rows, DiffRow.reads) {
		return false
	}
	if h.Hosts == 1 {
		h.first = h.Title
	}
	h.Title, h.last = h.first+" - "+next.Title, next.last
	h.Hosts++
	return true
}

// each yields the hosts one by one.
func (d *Diff) each(yield func(*DiffHost) bool) {
	host := &differ{Diff: d}
	for c := range d.Records {
		if key := d.keyOf(c); !bytes.Equal(key, host.key) {
			if len(host.rows) > 0 && !yield(host.finish()) {
				return
			}
			*host = differ{Diff: d, key: append(host.key[:0], key...), names: host.names[:0], rows: host.rows[:0]}
		}
		host.add(c)
	}
	if len(host.rows) > 0 {
		yield(host.finish())
	}
}

func (d *Diff) keyOf(c *record.Change) []byte {
	if d.ByIP && c.Addr.IsValid() {
		return c.Addr.AppendTo([]byte{0}) // no name begins with it
	}
	return c.Host
}

// title returns the host's name followed by its address, or with ByIP the
// address followed by the names.
func (d *differ) title() string {
	addr := ""
	if d.addr.IsValid() && !d.mixed {
		addr = d.Printable(d.addr.String())
	}
	names := slices.DeleteFunc(slices.Clone(d.names), func(name string) bool { return name == addr })
	if len(names) > maxNames {
		names = append(names[:maxNames], "...")
	}
	list := strings.Join(names, ", ")
	switch {
	case list == "":
		return addr
	case addr == "":
		return list
	case d.ByIP:
		return addr + " (" + list + ")"
	}
	return list + " (" + addr + ")"
}

// Printable returns s after Escape.
func (d *Diff) Printable(s string) string { return string(d.Escape(nil, s)) }

// Totals returns the number of changes of each kind, "2 opened, 1 closed", or
// that there are none.
func (d *Diff) Totals() string {
	var parts []string
	for c := endpoint.ChangeOpened; int(c) < endpoint.Changes; c++ {
		if n := d.Changes[c]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c))
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case d.Expected:
		return "All ports are as expected."
	}
	return "No differences."
}

// NotCompared returns which records were not compared; "" if all were.
func (d *Diff) NotCompared() string {
	var parts []string
	for i, n := range d.NoEndpoint {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d in %s", n, []string{d.Old, d.New}[i]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return d.Printable("Records without an endpoint, not compared: " + strings.Join(parts, ", ") + ".")
}
