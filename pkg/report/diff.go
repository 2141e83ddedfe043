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

// Diff is what there is to say about a comparison beside its change records.
type Diff struct {
	// Old and New are what the two scans are called.
	Old, New string
	// Expected says that Old is no scan but what was expected to be open.
	Expected bool
	// ByIP says that hosts were told apart by their addresses.
	ByIP bool
	// Changes counts the change records, Nowhere the records of each side that
	// are about no endpoint.
	Changes [endpoint.Changes]uint64
	Nowhere [2]uint64
}

// diffHost is the changes of one host in the order in which they are told: what
// opened first. Hosts whose addresses follow each other and to which the same
// happened are told of together.
type diffHost struct {
	Title string
	Rows  []diffRow
	hosts int
	first string     // the title of the first of several
	last  netip.Addr // the address that is all there is in the title
}

// mostNames is how many names of a host its title has.
const mostNames = 3

// differ makes hosts of change records.
type differ struct {
	about    Diff
	services Services
	escape   func([]byte, string) []byte

	key   []byte // what the host at hand is told apart by
	names []string
	addr  netip.Addr
	mixed bool // the host is at several addresses
	rows  []diffRow
}

// hosts goes through what there is to tell, host by host.
func (d *differ) hosts(changes iter.Seq[*record.Change]) iter.Seq[*diffHost] {
	return func(yield func(*diffHost) bool) {
		var held *diffHost
		for h := range d.each(changes) {
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
}

// extend takes another host in if it is the next address and the same happened
// there.
func (h *diffHost) extend(next *diffHost) bool {
	if !h.last.IsValid() || !next.last.IsValid() || h.last.Next() != next.last || !slices.EqualFunc(h.Rows, next.Rows, diffRow.tells) {
		return false
	}
	if h.hosts == 1 {
		h.first = h.Title
	}
	h.Title, h.last = h.first+" - "+next.Title, next.last
	h.hosts++
	return true
}

func (r diffRow) tells(s diffRow) bool {
	return r.Change == s.Change && r.Ports == s.Ports && r.Name == s.Name && r.Note == s.Note
}

// each goes through the hosts, whose records come together.
func (d *differ) each(changes iter.Seq[*record.Change]) iter.Seq[*diffHost] {
	return func(yield func(*diffHost) bool) {
		for c := range changes {
			if key := d.keyOf(c); !bytes.Equal(key, d.key) {
				if len(d.rows) > 0 && !yield(d.finish()) {
					return
				}
				d.key = append(d.key[:0], key...)
				d.names, d.addr, d.mixed, d.rows = d.names[:0], netip.Addr{}, false, d.rows[:0]
			}
			d.add(c)
		}
		if len(d.rows) > 0 {
			yield(d.finish())
		}
	}
}

func (d *differ) keyOf(c *record.Change) []byte {
	if d.about.ByIP && c.Addr.IsValid() {
		return c.Addr.AppendTo([]byte{0}) // no name begins with it
	}
	return c.Host
}

// title is what a host is called: its name with the address behind it, or the
// address with the names.
func (d *differ) title() string {
	addr := ""
	if d.addr.IsValid() && !d.mixed {
		addr = d.address(d.addr)
	}
	names := slices.DeleteFunc(slices.Clone(d.names), func(name string) bool { return name == addr })
	if len(names) > mostNames {
		names = append(names[:mostNames], "...")
	}
	list := strings.Join(names, ", ")
	switch {
	case list == "":
		return addr
	case addr == "":
		return list
	case d.about.ByIP:
		return addr + " (" + list + ")"
	}
	return list + " (" + addr + ")"
}

// address is an address as text; its zone may be anything.
func (d *differ) address(a netip.Addr) string { return d.printable([]byte(a.String())) }

func (d *differ) printable(s []byte) string { return string(d.escape(nil, string(s))) }

// diffTotals says how many changes there are of each kind, those that there
// are: "2 opened, 1 closed".
func diffTotals(n [endpoint.Changes]uint64) string {
	var parts []string
	for c := endpoint.ChangeOpened; int(c) < endpoint.Changes; c++ {
		if n[c] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[c], c))
		}
	}
	return strings.Join(parts, ", ")
}

// nothing is what is said where there are no changes.
func (d *Diff) nothing() string {
	if d.Expected {
		return "All ports are as expected."
	}
	return "No differences."
}

// unseen says what was not compared; "" for nothing.
func (d *Diff) unseen() string {
	var parts []string
	for i, n := range d.Nowhere {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d in %s", n, []string{d.Old, d.New}[i]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Records without an endpoint, not compared: " + strings.Join(parts, ", ") + "."
}
