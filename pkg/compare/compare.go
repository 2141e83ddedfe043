// Package compare holds two scans against each other, or a scan against what
// is expected of it, and tells what is different.
//
// Both are brought into one order, host by host and port by port, and then gone
// through side by side. Scans whose hosts come in that order already are read
// once and nothing is kept of them. Others are sorted: in memory, and past a
// bound in temporary files. Which of these it was makes no difference to what
// comes out.
//
// It is no part of summary, which adds up in memory that follows the hosts: here
// endpoints are told apart in another way, single lines are wanted back
// byte for byte, and memory has a bound.
package compare

import (
	"errors"
	"io"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Source is one scan: result and summary records, in any order and mixture.
type Source struct {
	// Name is what messages call it.
	Name string
	// Text can be read at any place, as often as it takes: a file, or a Kept.
	Text io.ReaderAt
}

// DefaultMemory is the Options' Memory where that is 0.
const DefaultMemory = 32 << 20

// Options says what is compared and what is told of it.
type Options struct {
	// ByIP tells hosts apart by their addresses, where they have any,
	// instead of as they are written. It is not for Expect.
	ByIP bool
	// All shows endpoints that only one scan asked in whatever state; without it
	// only those that are open.
	All bool
	// Memory is about how many bytes of each scan are sorted in memory.
	Memory int
	// Bad receives what is wrong with lines, each once, in their order: a
	// *record.Bad, or a *record.Unusable where the record still counts.
	Bad func(source string, err error)
}

// Tally is what a comparison came to.
type Tally struct {
	// Changes counts the change records.
	Changes [endpoint.Changes]uint64
	// Nowhere counts the records about no endpoint, of OLD and NEW: they are
	// compared with nothing.
	Nowhere [2]uint64
	// Unread says that some line could not be read.
	Unread bool
	// Renamed says that fields of NEW bear the name of a change record's own.
	Renamed bool
}

// Different says whether anything is different beyond what could not be asked.
func (t *Tally) Different() bool {
	for c, n := range t.Changes {
		if n > 0 && endpoint.Change(c) != endpoint.ChangeUnknown {
			return true
		}
	}
	return false
}

// Compare writes the change records of two scans to w, in the order of hosts and
// ports. An endpoint that a scan has more than once has the most definite of its
// answers, as when results are added up.
func Compare(old, new Source, o Options, w io.Writer) (Tally, error) {
	v := byHost
	if o.ByIP {
		v = byIP
	}
	c := comparison{options: o, w: w, sides: [2]*side{{source: old, view: v}, {source: new, view: v}}}
	return c.run()
}

// Expect is Compare with what is expected to be open for OLD.
func Expect(e *Expected, results Source, o Options, w io.Writer) (Tally, error) {
	c := comparison{options: o, w: w, expected: e, sides: [2]*side{{}, {source: results, view: wanted}}}
	return c.run()
}

type comparison struct {
	options  Options
	expected *Expected // what OLD is, if it is no scan
	sides    [2]*side
	w        io.Writer
}

// side is OLD or NEW.
type side struct {
	source Source
	view   view
	sorter sorter
	said   int64 // up to which line has been said what is wrong
}

// run first takes both scans to be in order, and keeps back what it finds
// until it knows that they are.
func (c *comparison) run() (Tally, error) {
	if c.options.Memory == 0 {
		c.options.Memory = DefaultMemory
	}
	found := &Spool{}
	defer found.Close()
	tally, err := c.inOrder(found)
	if errors.Is(err, errOrder) {
		found.Close()
		return c.sorted(c.w)
	}
	if err == nil {
		_, err = io.Copy(c.w, found.Reader())
	}
	return tally, err
}

func (c *comparison) inOrder(w io.Writer) (Tally, error) {
	j := c.join(w)
	var in [2]groups
	for i := range c.sides {
		from := c.batches(i, &j.tally)
		defer from.close()
		in[i] = &ordered{from: from}
	}
	err := j.run(in[0], in[1])
	return j.tally, err
}

func (c *comparison) sorted(w io.Writer) (Tally, error) {
	j := c.join(w)
	var in [2]groups
	for i, s := range c.sides {
		s.sorter.limit = c.options.Memory
		defer s.sorter.close()
		from := c.batches(i, &j.tally)
		err := s.sorter.sort(from)
		from.close()
		if err != nil {
			return j.tally, err
		}
		if in[i], err = s.sorter.merge(); err != nil {
			return j.tally, err
		}
	}
	err := j.run(in[0], in[1])
	return j.tally, err
}

func (c *comparison) join(w io.Writer) *join {
	return &join{
		all: c.options.All, expected: c.expected, w: w,
		old: newLines(c.sides[0].source), new: newLines(c.sides[1].source),
	}
}

// batches begins to read a side.
func (c *comparison) batches(i int, t *Tally) batches {
	s := c.sides[i]
	var from batches
	if i == 0 && c.expected != nil {
		from = c.expected.batches()
	} else {
		from = newFeed(s.source.Text, s.view, c.expected)
	}
	return &listener{batches: from, side: s, tally: t, nowhere: &t.Nowhere[i], bad: c.options.Bad}
}

// listener takes out of batches what is not to be compared.
type listener struct {
	batches
	side    *side
	tally   *Tally
	nowhere *uint64
	bad     func(string, error)
}

func (l *listener) next() (*batch, error) {
	b, err := l.batches.next()
	if err != nil {
		return nil, err
	}
	*l.nowhere += b.nowhere
	for _, wrong := range b.bad {
		no := int64(0)
		switch line := wrong.(type) {
		case *record.Bad:
			no, l.tally.Unread = line.No, true
		case *record.Unusable:
			no = line.No
		}
		if no > l.side.said {
			l.side.said = no
			if l.bad != nil {
				l.bad(l.side.source.Name, wrong)
			}
		}
	}
	return b, nil
}

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
