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

// mostRanges is how many ranges of ports a row has.
const mostRanges = 12

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
	return 4 + int(c.Change)
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
		h.Rows = append(h.Rows, d.row(rows[:n]))
		rows = rows[n:]
	}
	return h
}

// row makes one row of several that tell the same.
func (d *differ) row(rows []diffRow) diffRow {
	row := rows[0]
	row.Ports = portsOf(rows)
	if row.alone {
		row.Name = d.services.Name(row.proto, row.first)
	}
	if d.mixed && row.addr.IsValid() {
		row.Note += ", at " + d.address(row.addr)
	}
	return row
}

// portsOf lists ports as ranges; of very many only the first, and their number.
func portsOf(rows []diffRow) string {
	proto := "/" + rows[0].proto.String()
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
		return strings.Join(parts, ",") + proto
	}
	return fmt.Sprintf("%s,...%s (%d ports)", strings.Join(parts[:mostRanges], ","), proto, total)
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
		return "expected, no result"
	case d.about.Expected:
		return "expected, " + now
	case c.Old == 0:
		return now + ", no result before"
	case c.New == 0:
		return "was " + c.Old.String() + ", no result now"
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
