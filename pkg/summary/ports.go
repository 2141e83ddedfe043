package summary

import (
	"slices"
	"sort"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// code is the result of one port: its state in the upper three bits, its reason
// in the lower five. Zero means no result.
type code uint8

func codeOf(s endpoint.State, r endpoint.Reason) code { return code(s)<<5 | code(r) }

func codeIn(s record.Span) code { return codeOf(s.State, s.Reason) }

func (c code) state() endpoint.State   { return endpoint.State(c >> 5) }
func (c code) reason() endpoint.Reason { return endpoint.Reason(c & 31) }

// better reports whether c replaces old: the more definite state wins, among
// equal states the lower reason.
func (c code) better(old code) bool { return old == 0 || c < old }

func spanOf(first, last uint16, c code) record.Span {
	return record.Span{First: first, Last: last, State: c.state(), Reason: c.reason()}
}

// push appends s, which is after all of spans, and joins it to the last one if
// they touch and have the same result. There is no port 0, so Last+1 cannot wrap
// around to a First.
func push(spans []record.Span, s record.Span) []record.Span {
	if n := len(spans); n > 0 && codeIn(spans[n-1]) == codeIn(s) && spans[n-1].Last+1 == s.First {
		spans[n-1].Last = s.Last
		return spans
	}
	return append(spans, s)
}

// maxSpans is the number of spans (6 bytes each) above which a table is used. The
// list is then nearly half as long as the smallest table, and insertion is slow.
const maxSpans = 512

// Ports merges results of the ports of one host and protocol. It stores a list of
// spans as long as that is short, as with ports probed in order, and a table
// otherwise.
type Ports struct {
	spans []record.Span
	more  *more
}

// more is needed by few hosts only.
type more struct {
	table    *table // instead of spans
	services map[uint16]service
	evidence *evidence
	stats    *record.Stats
}

// table returns the table that is used instead of spans, or nil.
func (p *Ports) table() *table {
	if p.more == nil {
		return nil
	}
	return p.more.table
}

// ensure returns more, which it adds if necessary.
func (p *Ports) ensure() *more {
	if p.more == nil {
		p.more = new(more)
	}
	return p.more
}

// get returns the result of a port, 0 if there is none.
func (p *Ports) get(port uint16) code {
	if t := p.table(); t != nil {
		return t.get(port)
	}
	if i := p.find(port); i < len(p.spans) && p.spans[i].First <= port {
		return codeIn(p.spans[i])
	}
	return 0
}

// find returns the index of the first span that ends at or after a port.
func (p *Ports) find(port uint16) int {
	return sort.Search(len(p.spans), func(i int) bool { return p.spans[i].Last >= port })
}

// add sets the result of a port if c is better.
func (p *Ports) add(port uint16, c code) {
	if t := p.table(); t != nil {
		full := t.full()
		if t.add(port, c); !full {
			p.compact()
		}
		return
	}
	if n := len(p.spans); n == 0 || p.spans[n-1].Last < port {
		p.spans = push(p.spans, spanOf(port, port, c))
	} else {
		p.insert(p.find(port), port, c)
	}
	p.limit()
}

// insert sets the result of a port that is in or before span i.
func (p *Ports) insert(i int, port uint16, c code) {
	old := p.spans[i]
	inside := old.First <= port
	if inside && !c.better(codeIn(old)) {
		return
	}
	from, to := max(i-1, 0), i
	pieces := append(make([]record.Span, 0, 5), p.spans[from:i]...)
	if inside && old.First < port {
		pieces = push(pieces, spanOf(old.First, port-1, codeIn(old)))
	}
	pieces = push(pieces, spanOf(port, port, c))
	if inside {
		to++
		if old.Last > port {
			pieces = push(pieces, spanOf(port+1, old.Last, codeIn(old)))
		}
	}
	if to < len(p.spans) {
		pieces = push(pieces, p.spans[to])
		to++
	}
	p.spans = slices.Replace(p.spans, from, to, pieces...)
}

// Merge adds results, ascending and without overlap. It keeps no part of them.
func (p *Ports) Merge(spans []record.Span) {
	switch {
	case p.table() != nil:
		for _, s := range spans {
			p.more.table.fill(s)
		}
		p.compact()
	case len(p.spans) == 0:
		p.spans = slices.Clone(spans)
	default:
		p.spans = merge(p.spans, spans)
	}
	p.limit()
}

// limit replaces too many spans by a table.
func (p *Ports) limit() {
	if len(p.spans) <= maxSpans {
		return
	}
	t := newTable()
	for _, s := range p.spans {
		t.fill(s)
	}
	p.ensure().table = t
	p.spans = nil
}

// compact replaces a table with a result for every port by spans if they are
// few: on most hosts nearly all ports have the same result.
func (p *Ports) compact() {
	if !p.more.table.full() {
		return
	}
	if spans := p.more.table.appendSpans(nil); len(spans) <= maxSpans/2 {
		p.spans, p.more.table = slices.Clip(spans), nil
	}
}

// AppendSpans appends all results, ascending, as the fewest possible spans.
func (p *Ports) AppendSpans(dst []record.Span) []record.Span {
	if t := p.table(); t != nil {
		return t.appendSpans(dst)
	}
	return append(dst, p.spans...)
}

// merge returns the better results of a and b, and changes neither.
func merge(a, b []record.Span) (out []record.Span) {
	x, y := &cursor{rest: a}, &cursor{rest: b}
	x.next()
	y.next()
	for x.First != 0 && y.First != 0 {
		if y.First < x.First {
			x, y = y, x
		}
		end, c := min(x.Last, y.First-1), codeIn(x.Span) // the part of x before y
		if x.First == y.First {
			end, c = min(x.Last, y.Last), min(c, codeIn(y.Span))
			y.drop(end)
		}
		out = push(out, spanOf(x.First, end, c))
		x.drop(end)
	}
	for _, rest := range []*cursor{x, y} {
		for ; rest.First != 0; rest.next() {
			out = push(out, rest.Span)
		}
	}
	return out
}

// cursor is the rest of a list of spans. Its Span comes first; it is zero at the
// end.
type cursor struct {
	record.Span
	rest []record.Span
}

func (c *cursor) next() {
	c.Span = record.Span{}
	if len(c.rest) > 0 {
		c.Span, c.rest = c.rest[0], c.rest[1:]
	}
}

// drop skips all ports up to end, which is in the first span.
func (c *cursor) drop(end uint16) {
	if end == c.Last {
		c.next()
	} else {
		c.First = end + 1
	}
}
