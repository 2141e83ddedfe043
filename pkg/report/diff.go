package report

import (
	"bytes"
	"cmp"
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

// diffRow is one change, or the same change of many ports.
type diffRow struct {
	Change string
	Ports  string // "22/tcp", "1-21,23/tcp"
	Name   string // of the service
	Note   string // what was and what is
	diffPorts
}

// diffPorts is what rows are put in order and together by.
type diffPorts struct {
	rank        int
	alone       bool // an open port is told of by itself
	proto       endpoint.Proto
	first, last uint16
	addr        netip.Addr
}

const (
	mostNames  = 3  // that a host's title has
	mostRanges = 12 // that a row has
)

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
			if held == nil || held.extend(h) {
				held = cmp.Or(held, h)
				continue
			}
			if !yield(held) {
				return
			}
			held = h
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

func (d *differ) add(c *record.Change) {
	if name := d.printable(c.Host); len(d.names) <= mostNames+1 && !slices.Contains(d.names, name) {
		d.names = append(d.names, name)
	}
	if c.Addr.IsValid() {
		d.mixed = d.mixed || d.addr.IsValid() && c.Addr != d.addr
		d.addr = c.Addr
	}
	row := diffRow{Change: c.Change.String(), Note: d.note(c), diffPorts: diffPorts{
		rank: rankOf(c), proto: c.Proto, first: c.Port, last: c.Port, addr: c.Addr,
		alone: c.Old == endpoint.Open || c.New == endpoint.Open,
	}}
	if n := len(d.rows); n > 0 && row.joins(&d.rows[n-1]) && d.rows[n-1].last+1 == row.first {
		d.rows[n-1].last = row.last
		return
	}
	d.rows = append(d.rows, row)
}

// joins says that the same happened to the ports of both.
func (r *diffRow) joins(s *diffRow) bool {
	return !r.alone && !s.alone && r.rank == s.rank && r.proto == s.proto && r.Note == s.Note && r.addr == s.addr
}

// rankOf is where a change stands among those of its host.
func rankOf(c *record.Change) int {
	open := c.Old == endpoint.Open || c.New == endpoint.Open
	switch {
	case c.Change == endpoint.ChangeOpened:
		return 0
	case c.Change == endpoint.ChangeAdded && open:
		return 1
	case c.Change == endpoint.ChangeClosed:
		return 2
	case c.Change == endpoint.ChangeRemoved && open:
		return 3
	}
	return 1 + int(c.Change) + 10
}

// finish puts the rows in order, and those together that tell the same.
func (d *differ) finish() *diffHost {
	slices.SortStableFunc(d.rows, func(r, s diffRow) int {
		c := cmp.Or(cmp.Compare(r.rank, s.rank), cmp.Compare(r.proto, s.proto))
		if c == 0 && !r.alone && !s.alone {
			c = cmp.Or(cmp.Compare(r.Note, s.Note), r.addr.Compare(s.addr))
		}
		return cmp.Or(c, cmp.Compare(r.first, s.first))
	})
	h := &diffHost{Title: d.title(), hosts: 1}
	if d.addr.IsValid() && h.Title == d.address(d.addr) {
		h.last = d.addr
	}
	for rows := d.rows; len(rows) > 0; {
		n := 1
		for n < len(rows) && rows[n].joins(&rows[0]) {
			n++
		}
		row := rows[0]
		row.Ports = portsOf(rows[:n]) + "/" + row.proto.String()
		if row.alone {
			row.Name = d.services.Name(row.proto, row.first)
		}
		if d.mixed && row.addr.IsValid() {
			row.Note += ", at " + d.address(row.addr)
		}
		h.Rows = append(h.Rows, row)
		rows = rows[n:]
	}
	return h
}

// portsOf lists ports as ranges; of very many only the first, and their number.
func portsOf(rows []diffRow) string {
	var parts []string
	total := 0
	for _, r := range rows {
		total += int(r.last-r.first) + 1
		if part := fmt.Sprint(r.first); r.first == r.last {
			parts = append(parts, part)
		} else {
			parts = append(parts, fmt.Sprintf("%s-%d", part, r.last))
		}
	}
	if len(parts) <= mostRanges {
		return strings.Join(parts, ",")
	}
	return fmt.Sprintf("%s,... (%d ports)", strings.Join(parts[:mostRanges], ","), total)
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

// note says what was and what is.
func (d *differ) note(c *record.Change) string {
	now, detail := c.New.String(), d.detail(c)
	switch {
	case c.Change == endpoint.ChangeOpened && detail != "":
		return "was " + c.Old.String() + "; " + detail
	case c.Change == endpoint.ChangeOpened:
		return "was " + c.Old.String()
	case detail != "" && c.New == endpoint.Error:
		now += ": " + detail
	case detail != "":
		now += " (" + detail + ")"
	}
	switch {
	case d.about.Expected && c.Old == 0:
		return now + ", not expected"
	case d.about.Expected && c.New == 0:
		return "expected, not asked"
	case d.about.Expected:
		return "expected, " + now
	case c.Old == 0:
		return now + ", not asked before"
	case c.New == 0:
		return "was " + c.Old.String() + ", not asked now"
	}
	return "was " + c.Old.String() + ", now " + now
}

// detail is what the new state rests on, or what answered; "" for nothing that
// the state does not say.
func (d *differ) detail(c *record.Change) string {
	switch {
	case c.New == endpoint.Error && len(c.Err) > 0:
		return d.printable(c.Err)
	case c.New != endpoint.Open:
		return c.Reason.String()
	case len(c.App) > 0:
		return "app " + d.printable(c.App)
	}
	return ""
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
		return "Everything is as expected."
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
	return "Records about no endpoint, which were compared with nothing: " + strings.Join(parts, ", ") + "."
}
