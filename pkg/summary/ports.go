package summary

import (
	"slices"
	"sort"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// code is one port's answer: its state in the upper three bits, its reason in
// the lower five. Of two answers about one port the lesser code stands: the
// more definite state, then the lesser reason by name. Zero is no answer.
type code uint8

func codeOf(s endpoint.State, r endpoint.Reason) code { return code(s)<<5 | code(r) }

func (c code) state() endpoint.State   { return endpoint.State(c >> 5) }
func (c code) reason() endpoint.Reason { return endpoint.Reason(c & 31) }

// better says whether c replaces old.
func (c code) better(old code) bool { return old == 0 || c < old }

// run is consecutive ports with the same answer.
type run struct {
	first, last uint16
	code        code
}

func runOf(s record.Span) run { return run{s.First, s.Last, codeOf(s.State, s.Reason)} }

// push appends r, which comes after all of runs, and joins it with the last
// of them where they touch and say the same. No port is 0, so last+1 cannot
// wrap around to a first.
func push(runs []run, r run) []run {
	if n := len(runs); n > 0 && runs[n-1].code == r.code && runs[n-1].last+1 == r.first {
		runs[n-1].last = r.last
		return runs
	}
	return append(runs, r)
}

// maxRuns is where a list of runs (6 bytes each) is nearly half as long as the
// smallest table, and slow to put a port in.
const maxRuns = 512

// ports maps the ports of one key to their answers: a list of runs while
// that is short, which it is for any ports asked in order, and a table after
// that, as for ports asked at random.
type ports struct {
	runs []run
	more *more
}

// more is what few keys have.
type more struct {
	table *table            // instead of runs
	apps  map[uint16]uint32 // port → word: what its answer was recognized as
	stats *record.Stats
}

// table returns the table that there is instead of runs, or nil.
func (p *ports) table() *table {
	if p.more == nil {
		return nil
	}
	return p.more.table
}

// apps returns which ports were recognized as what, nil if none was.
func (p *ports) apps() map[uint16]uint32 {
	if p.more == nil {
		return nil
	}
	return p.more.apps
}

// ensure returns more, to be written.
func (p *ports) ensure() *more {
	if p.more == nil {
		p.more = new(more)
	}
	return p.more
}

// get returns the answer for port, 0 for none.
func (p *ports) get(port uint16) code {
	if t := p.table(); t != nil {
		return t.get(port)
	}
	if i := p.find(port); i < len(p.runs) && p.runs[i].first <= port {
		return p.runs[i].code
	}
	return 0
}

// find returns the index of the first run that ends at or after port.
func (p *ports) find(port uint16) int {
	return sort.Search(len(p.runs), func(i int) bool { return p.runs[i].last >= port })
}

// add lets c stand for port if it is better than what stands there.
func (p *ports) add(port uint16, c code) {
	if t := p.table(); t != nil {
		whole := t.full()
		if t.add(port, c); !whole {
			p.compact()
		}
		return
	}
	if n := len(p.runs); n == 0 || p.runs[n-1].last < port {
		p.runs = push(p.runs, run{port, port, c})
	} else {
		p.insert(p.find(port), port, c)
	}
	p.limit()
}

// insert writes c for port, which lies in or before run i.
func (p *ports) insert(i int, port uint16, c code) {
	old := p.runs[i]
	inside := old.first <= port
	if inside && !c.better(old.code) {
		return
	}
	from, to := max(i-1, 0), i
	pieces := append(make([]run, 0, 5), p.runs[from:i]...)
	if inside && old.first < port {
		pieces = push(pieces, run{old.first, port - 1, old.code})
	}
	pieces = push(pieces, run{port, port, c})
	if inside {
		to++
		if old.last > port {
			pieces = push(pieces, run{port + 1, old.last, old.code})
		}
	}
	if to < len(p.runs) {
		pieces = push(pieces, p.runs[to])
		to++
	}
	p.runs = slices.Replace(p.runs, from, to, pieces...)
}

// merge adds ascending runs that do not overlap.
func (p *ports) merge(runs []run) {
	switch {
	case p.table() != nil:
		for _, r := range runs {
			p.more.table.fill(r)
		}
		p.compact()
	case len(p.runs) == 0:
		p.runs = slices.Clone(runs)
	default:
		p.runs = mergeRuns(p.runs, runs)
	}
	p.limit()
}

// limit turns too long a list of runs into a table.
func (p *ports) limit() {
	if len(p.runs) <= maxRuns {
		return
	}
	t := newTable()
	for _, r := range p.runs {
		t.fill(r)
	}
	p.ensure().table = t
	p.runs = nil
}

// compact turns a table that has come to know every port into runs, if these
// are few: most hosts say the same of nearly all.
func (p *ports) compact() {
	if !p.more.table.full() {
		return
	}
	if runs := p.more.table.appendRuns(nil); len(runs) <= maxRuns/2 {
		p.runs, p.more.table = slices.Clip(runs), nil
	}
}

// appendRuns appends all answers to dst, ascending, as few runs as can be.
func (p *ports) appendRuns(dst []run) []run {
	if t := p.table(); t != nil {
		return t.appendRuns(dst)
	}
	return append(dst, p.runs...)
}

// mergeRuns returns the better answers of a and b, and changes neither.
func mergeRuns(a, b []run) []run {
	x, y := &cursor{rest: a}, &cursor{rest: b}
	x.next()
	y.next()
	var out []run
	for x.code != 0 && y.code != 0 {
		if y.first < x.first {
			x, y = y, x
		}
		end, c := min(x.last, y.first-1), x.code // the part of x before y
		if x.first == y.first {
			end, c = min(x.last, y.last), min(x.code, y.code)
			y.drop(end)
		}
		out = push(out, run{x.first, end, c})
		x.drop(end)
	}
	for ; x.code != 0; x.next() {
		out = push(out, x.run)
	}
	for ; y.code != 0; y.next() {
		out = push(out, y.run)
	}
	return out
}

// cursor is what is left of a list of runs: run first, if its code is not 0.
type cursor struct {
	run
	rest []run
}

func (c *cursor) next() {
	c.run = run{}
	if len(c.rest) > 0 {
		c.run, c.rest = c.rest[0], c.rest[1:]
	}
}

// drop leaves out all ports up to end, which lies in the first run.
func (c *cursor) drop(end uint16) {
	if end == c.last {
		c.next()
	} else {
		c.first = end + 1
	}
}
