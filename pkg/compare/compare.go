// Package compare compares two scans, or a scan with the expected open ports, and
// writes the differences.
//
// Both sides are brought into one order, by host and by port, and then joined.
// Scans whose hosts are in that order already are read once and not stored. Others
// are sorted, in memory or, above a limit, in temporary files. The output is the
// same either way.
//
// Package summary is different: its memory grows with the hosts, it identifies
// endpoints in another way, and it does not need the lines again byte for byte.
//
// A batch holds what some lines say of some hosts, as spans: consecutive ports with
// one result. A key identifies a host and sorts as hosts are listed. A group is a
// host with all of its spans; groups come from a side in the order of their keys,
// either directly (ordered) or from a sorter (merged).
package compare

import (
	"errors"
	"hash/maphash"
	"io"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Source is one scan: result and summary records, in any order and mixture.
type Source struct {
	// Name is its name in messages.
	Name string
	// Text is read at any place, and more than once: a file, or a Kept.
	Text io.ReaderAt
}

// DefaultMemory is the Memory of Options if that is 0.
const DefaultMemory = 32 << 20

// Options selects what is compared and written.
type Options struct {
	// ByIP identifies hosts by address, if they have one, instead of by name as
	// written. Expect ignores it.
	ByIP bool
	// All includes endpoints that only one scan probed and that are not open.
	All bool
	// Ignore contains the facts about services that make no difference. Expect ignores
	// it.
	Ignore record.Fact
	// Only contains the changes to write and count; nil means all.
	Only []endpoint.Change
	// Memory is the approximate number of bytes of each scan sorted in memory.
	Memory int
	// Bad is called once for each line with an error, in their order: with a
	// *record.Bad, or with a *record.Unusable if the record still counts.
	Bad func(source string, err error)
}

// Tally is the outcome of a comparison.
type Tally struct {
	// Changes counts the change records.
	Changes [endpoint.Changes]uint64
	// Nowhere counts the records of OLD and NEW without an endpoint, which are not
	// compared.
	Nowhere [2]uint64
	// Unread means that some line was not a valid record.
	Unread bool
	// Renamed means that fields of NEW have the name of a field of change records.
	Renamed bool

	identified bool // a tool tried to identify some service
	unknown    bool // nothing is known about a service that is expected
}

// NoServices reports whether services are expected at open ports, and no tool tried to
// identify any.
func (t *Tally) NoServices() bool { return t.unknown && !t.identified }

// Different reports whether there are changes other than ChangeUnknown.
func (t *Tally) Different() bool {
	for c, n := range t.Changes {
		if n > 0 && endpoint.Change(c) != endpoint.ChangeUnknown {
			return true
		}
	}
	return false
}

// Compare writes the change records of two scans to w, sorted by host and port. If
// a scan has an endpoint more than once, its most definite state counts, as in
// package summary.
func Compare(old, new Source, o Options, w io.Writer) (Tally, error) {
	v := byHost
	if o.ByIP {
		v = byIP
	}
	c := comparison{options: o, w: w, sides: [2]*side{{source: old, view: v}, {source: new, view: v}}}
	return c.run()
}

// Expect is Compare with the expected open ports as OLD.
func Expect(e *Expected, results Source, o Options, w io.Writer) (Tally, error) {
	c := comparison{options: o, w: w, expected: e, sides: [2]*side{{}, {source: results, view: wanted}}}
	return c.run()
}

type comparison struct {
	options  Options
	expected *Expected // OLD of Expect; nil for Compare
	sides    [2]*side
	seed     maphash.Seed // of digests
	w        io.Writer
}

// side is OLD or NEW.
type side struct {
	source   Source
	view     view
	sorter   sorter
	reported int64 // number of the last line that was reported to Bad
}

// run first assumes that both scans are in order, and holds back what it finds
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
		defer from.Close()
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
		from.Close()
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
	c.seed = maphash.MakeSeed()
	return &join{
		options: c.options, expected: c.expected, verdicts: verdicts{}, w: w,
		old: newLines(c.sides[0].source), new: newLines(c.sides[1].source),
	}
}

// batches starts reading a side.
func (c *comparison) batches(i int, t *Tally) batches {
	s := c.sides[i]
	var from batches
	if i == 0 && c.expected != nil {
		from = c.expected.batches()
	} else {
		from = readBatches(s.source.Text, func() *parser { return newParser(s.view, c.expected, c.seed, c.options.Ignore) })
	}
	return &badReporter{batches: from, side: s, tally: t, nowhere: &t.Nowhere[i], bad: c.options.Bad}
}

// badReporter reports and counts what cannot be compared, and passes the batches
// on.
type badReporter struct {
	batches
	side    *side
	tally   *Tally
	nowhere *uint64
	bad     func(string, error)
}

func (l *badReporter) Next() (*batch, error) {
	b, err := l.batches.Next()
	if err != nil {
		return nil, err
	}
	*l.nowhere += b.nowhere
	l.tally.identified = l.tally.identified || b.identified
	for _, wrong := range b.bad {
		no := int64(0)
		switch line := wrong.(type) {
		case *record.Bad:
			no, l.tally.Unread = line.No, true
		case *record.Unusable:
			no = line.No
		}
		if no > l.side.reported {
			l.side.reported = no
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
