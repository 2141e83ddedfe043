package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// maxRanges is the maximum number of port ranges in a row.
const maxRanges = 12

// DiffRow is one change, or the same change of several ports.
type DiffRow struct {
	Change string
	Ports  string // "22/tcp", "1-21,23/tcp"
	Name   string // of the service
	Note   string // the state before and now

	rank        int
	place       int    // index of the first row that it may join
	alone       bool   // has a row of its own
	evidence    string // of a service that was not identified
	proto       endpoint.Proto
	first, last uint16
	addr        netip.Addr
}

func (d *differ) add(c *record.Change) {
	if name := d.Printable(string(c.Host)); len(d.names) <= maxNames+1 && !slices.Contains(d.names, name) {
		d.names = append(d.names, name)
	}
	if c.Addr.IsValid() {
		d.mixed = d.mixed || d.addr.IsValid() && c.Addr != d.addr
		d.addr = c.Addr
	}
	open := c.Old == endpoint.Open || c.New == endpoint.Open
	row := DiffRow{
		Change: c.Change.String(), Note: d.Note(c),
		rank: rank(c.Change, open), alone: open, proto: c.Proto, first: c.Port, last: c.Port, addr: c.Addr,
	}
	if open {
		row.Name = d.name(c)
		row.evidence = d.unidentified(c)
	}
	if row.evidence == endpoint.EvidenceAcceptsAll {
		row.alone, d.acceptsAll = false, true
	}
	if n := len(d.rows); n > 0 && row.joins(&d.rows[n-1]) && d.rows[n-1].last+1 == row.first {
		d.rows[n-1].last = row.last
		return
	}
	d.rows = append(d.rows, row)
}

// unidentified returns the evidence of a service that was not identified, unless another
// one was there before.
func (d *Diff) unidentified(c *record.Change) string {
	f := whileOpen(c)
	if len(f.App) > 0 || c.Old == c.New && !d.Expected {
		return ""
	}
	return string(f.Evidence)
}

// joint contains what rows share that report the same change and may become one row.
type joint struct {
	rank  int
	proto endpoint.Proto
	note  string
	addr  netip.Addr
}

func (r *DiffRow) joint() joint { return joint{r.rank, r.proto, r.Note, r.addr} }

// joins reports whether both rows may become one row.
func (r *DiffRow) joins(s *DiffRow) bool { return !r.alone && !s.alone && r.joint() == s.joint() }

// reads reports whether both rows have the same text.
func (r DiffRow) reads(s DiffRow) bool {
	return r.Change == s.Change && r.Ports == s.Ports && r.Name == s.Name && r.Note == s.Note
}

// rank orders the changes of a host: newly open ports first.
func rank(c endpoint.Change, open bool) int {
	switch {
	case c == endpoint.ChangeOpened:
		return 0
	case c == endpoint.ChangeAdded && open:
		return 1
	case c == endpoint.ChangeClosed:
		return 2
	case c == endpoint.ChangeRemoved && open:
		return 3
	}
	return 4 + int(c)
}

// finish sorts the rows and joins those that are the same change.
func (d *differ) finish() *DiffHost {
	if d.acceptsAll {
		d.joinSilent()
	}
	slices.SortStableFunc(d.rows, func(r, s DiffRow) int {
		return cmp.Or(cmp.Compare(r.rank, s.rank), cmp.Compare(r.proto, s.proto), cmp.Compare(r.first, s.first))
	})
	d.group()
	h := &DiffHost{Title: d.title(), Hosts: 1}
	if d.addr.IsValid() && h.Title == d.Printable(d.addr.String()) {
		h.last = d.addr
	}
	for rows := d.rows; len(rows) > 0; {
		n := 1
		for n < len(rows) && rows[n].joins(&rows[0]) {
			n++
		}
		h.Rows = append(h.Rows, d.join(rows[:n]))
		rows = rows[n:]
	}
	return h
}

// group moves rows that may become one row to the first of them.
func (d *differ) group() {
	firsts := map[joint]int{}
	for i := range d.rows {
		r := &d.rows[i]
		if r.place = i; r.alone {
			continue
		}
		if first, ok := firsts[r.joint()]; ok {
			r.place = first
		} else {
			firsts[r.joint()] = i
		}
	}
	slices.SortStableFunc(d.rows, func(r, s DiffRow) int { return cmp.Compare(r.place, s.place) })
}

// joinSilent permits joining the ports of a host that accepts every connection that portid
// tried, or left out, before it knew that.
func (d *differ) joinSilent() {
	for i := range d.rows {
		switch d.rows[i].evidence {
		case endpoint.EvidenceSilent, endpoint.EvidenceNotAsked:
			d.rows[i].alone = false
		}
	}
}

// join returns one row for several.
func (d *differ) join(rows []DiffRow) DiffRow {
	row := rows[0]
	row.Ports = portsOf(rows)
	if len(rows) > 1 || row.first < row.last {
		row.Name = ""
	}
	if d.mixed && row.addr.IsValid() {
		row.Note += ", at " + d.Printable(row.addr.String())
	}
	return row
}

// portsOf lists the ports of rows as ranges: if there are very many, the first
// ones and the number of ports.
func portsOf(rows []DiffRow) string {
	proto := "/" + rows[0].proto.String()
	var parts []string
	total := 0
	for _, r := range rows {
		total += int(r.last-r.first) + 1
		part := fmt.Sprint(r.first)
		if r.last > r.first {
			part += fmt.Sprintf("-%d", r.last)
		}
		parts = append(parts, part)
	}
	if len(parts) <= maxRanges {
		return strings.Join(parts, ",") + proto
	}
	return fmt.Sprintf("%s,...%s (%d ports)", strings.Join(parts[:maxRanges], ","), proto, total)
}

// Note returns the state before and now, or the difference of the service.
func (d *Diff) Note(c *record.Change) string {
	was, now := "was "+d.oldState(c), d.newState(c)
	switch found := d.found(&c.Facts); {
	case len(c.Was) > 0 && c.New == endpoint.Open:
		return d.serviceNote(c)
	case c.Change == endpoint.ChangeOpened && found != "":
		return was + "; " + found
	case c.Change == endpoint.ChangeOpened:
		return was
	case d.Expected && c.Old == 0:
		return now + ", not expected"
	case d.Expected && c.New == 0:
		return "expected, no result"
	case d.Expected:
		return "expected, " + now
	case c.Old == 0:
		return now + ", no result before"
	case c.New == 0:
		return was + ", no result now"
	}
	return was + ", now " + now
}

// oldState returns the old state and what was found there.
func (d *Diff) oldState(c *record.Change) string {
	switch {
	case lostBefore(c):
		return c.Old.String() + " (" + endpoint.HostLost.String() + ")"
	case c.Old == endpoint.Open:
		return d.open(&c.Before)
	}
	return c.Old.String()
}

// lostBefore reports whether the old result was host-lost. A change record does not
// contain the old reason, but nothing else makes it unknown.
func lostBefore(c *record.Change) bool {
	return c.Change == endpoint.ChangeUnknown && c.Old != endpoint.Error && c.New != endpoint.Error && c.Reason != endpoint.HostLost
}

// newState returns the new state with its error or reason, or with what was found there.
func (d *Diff) newState(c *record.Change) string {
	state := c.New.String()
	switch {
	case c.New == endpoint.Open:
		return d.open(&c.Facts)
	case c.New == endpoint.Error && len(c.Err) > 0:
		return state + ": " + d.Printable(string(c.Err))
	case c.New == endpoint.Error && c.Reason != 0:
		return state + ": " + c.Reason.String()
	case c.Reason != 0:
		return state + " (" + c.Reason.String() + ")"
	}
	return state
}

// open returns the state open with what was found there.
func (d *Diff) open(f *record.Facts) string {
	switch found := d.found(f); {
	case found == "":
		return endpoint.Open.String()
	case len(f.App)+len(f.Product) == 0:
		return endpoint.Open.String() + ", " + found
	default:
		return endpoint.Open.String() + " (" + found + ")"
	}
}

// found returns the product or the protocol, or why there is none; "" if nothing is known.
func (d *Diff) found(f *record.Facts) string {
	switch {
	case len(f.Product) > 0:
		return d.product(f)
	case len(f.App) > 0:
		return "app " + d.text(f.App)
	case string(f.Evidence) == endpoint.EvidenceAcceptsAll:
		return "every connection accepted without a service"
	case len(f.Evidence) > 0:
		return d.full(f)
	}
	return ""
}
