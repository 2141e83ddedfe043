package compare

import (
	"bytes"
	"io"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// outSize is the size of the output buffer.
const outSize = 64 << 10

// join compares two scans in the order of their hosts and ports, and writes the
// differences.
type join struct {
	options  Options
	expected *Expected // OLD of Expect; nil for Compare
	old, new *lines
	verdicts verdicts
	tally    Tally
	enc      record.Encoder
	out      []byte
	w        io.Writer
}

func (j *join) run(old, new groups) error {
	a, err := old.next()
	if err != nil {
		return err
	}
	b, err := new.next()
	for err == nil && (a != nil || b != nil) {
		order := compareGroups(a, b)
		one, before, after := b, []span(nil), []span(nil)
		if order <= 0 {
			one, before = a, a.spans
		}
		if order >= 0 {
			after = b.spans
		}
		if err = j.host(one.key, before, after); err == nil && order <= 0 {
			a, err = old.next()
		}
		if err == nil && order >= 0 {
			b, err = new.next()
		}
	}
	if err != nil {
		return err
	}
	return j.flush()
}

// compareGroups compares the keys of groups; nil comes last.
func compareGroups(a, b *group) int {
	switch {
	case b == nil:
		return -1
	case a == nil:
		return 1
	}
	return bytes.Compare(a.key, b.key)
}

// host compares the ports of one host.
func (j *join) host(key []byte, old, new []span) error {
	for len(old) > 0 && len(new) > 0 && old[0].same(&new[0]) {
		old, new = old[1:], new[1:] // the usual case
	}
	var a, b span // rest of the first span of each; empty if first is 0
	for {
		if a.first == 0 && len(old) > 0 {
			a, old = old[0], old[1:]
		}
		if b.first == 0 && len(new) > 0 {
			b, new = new[0], new[1:]
		}
		if a.first == 0 && b.first == 0 {
			return nil
		}
		x, y, last := overlap(&a, &b)
		if err := j.ports(key, x, y, last); err != nil {
			return err
		}
		drop(x, last)
		drop(y, last)
	}
}

// overlap returns the spans that contain the next ports, up to last. One of them
// may be nil.
func overlap(a, b *span) (x, y *span, last uint16) {
	switch {
	case b.first == 0 || a.first != 0 && a.before(b):
		return a, nil, a.last
	case a.first == 0 || b.before(a):
		return nil, b, b.last
	case a.first < b.first:
		return a, nil, b.first - 1
	case b.first < a.first:
		return nil, b, a.first - 1
	}
	return a, b, min(a.last, b.last)
}

// drop removes the ports up to last from a span; first is 0 if none is left.
func drop(s *span, last uint16) {
	switch {
	case s == nil:
	case s.last == last:
		s.first = 0
	default:
		s.first = last + 1
	}
}

// ports writes the changes of the ports from the spans' first to last. One of the
// spans may be nil.
func (j *join) ports(key []byte, old, new *span, last uint16) error {
	change := change(old, new)
	services := change == 0 && new.known() == endpoint.Open && old.mayDiffer(new) && !j.verdicts.met(old, new)
	if change == 0 && !services || change != 0 && !j.shown(change) || j.omitted(old, new) {
		return nil
	}
	c := record.Change{Change: change}
	one, line := new, j.new // NEW, or OLD if there is no NEW
	if old != nil {
		c.Old = old.state
	}
	if new != nil {
		c.New = new.state
	} else {
		one, line = old, j.old
	}
	c.Proto = one.proto
	if one.at == noLine {
		c.Host, c.Addr = j.expected.about(key)
	} else {
		if err := line.read(one); err != nil {
			return err
		}
		c.Host, c.Addr = line.about()
	}
	for port := int(one.first); port <= int(last); port++ {
		c.Port = uint16(port)
		if services {
			if err := j.services(&c, old, new); err != nil {
				return err
			}
			if c.Change == 0 || !j.shown(c.Change) {
				continue
			}
		}
		if err := j.gone(&c, old); err != nil {
			return err
		}
		var extra []byte
		if new != nil {
			extra = line.of(c.Port)
			j.tally.Renamed = j.tally.Renamed || line.renamed
		}
		if err := j.write(&c, extra); err != nil {
			return err
		}
	}
	return nil
}

// services compares the services of a port that is open on both sides.
func (j *join) services(c *record.Change, old, new *span) error {
	c.Change = 0
	if old.at == noLine {
		name := j.expected.services[old.facts-1]
		c.Change = expectationChange(name, j.new.service(c.Port), new.facts)
		c.Was = record.AppendExpected(c.Was[:0], name)
		j.verdicts.keep(old, new, c.Change)
		j.tally.unknown = j.tally.unknown || new.facts == noEvidence
		return nil
	}
	if err := j.old.read(old); err != nil {
		return err
	}
	before, after := j.old.service(c.Port), j.new.service(c.Port)
	sure, maybe := differ(before, after, j.options.Ignore)
	switch {
	case sure != 0:
		c.Change = endpoint.ChangeChanged
	case maybe != 0:
		c.Change = endpoint.ChangeUnknown
	default:
		return nil
	}
	c.Was = record.AppendWas(c.Was[:0], before, after, sure|maybe)
	return nil
}

// gone adds what was known of the service at a port that was open in OLD, and is not in NEW.
func (j *join) gone(c *record.Change, old *span) error {
	if c.Old != endpoint.Open || c.New == endpoint.Open || old.at == noLine {
		return nil
	}
	if err := j.old.read(old); err != nil {
		return err
	}
	c.Was = record.AppendGone(c.Was[:0], j.old.service(c.Port))
	return nil
}

// shown reports whether changes of a kind are written and counted.
func (j *join) shown(c endpoint.Change) bool {
	return len(j.options.Only) == 0 || slices.Contains(j.options.Only, c)
}

// change returns the change of state from old to new, of which one may be nil.
func change(old, new *span) endpoint.Change {
	var before, after endpoint.State
	if old != nil {
		before = old.known()
	}
	if new != nil {
		after = new.known()
	}
	return endpoint.ChangeOf(before, after)
}

// omitted reports whether ports that only one side has are left out: they are not
// open, or are written under another name of the host.
func (j *join) omitted(old, new *span) bool {
	switch {
	case old == nil:
		return new.named || new.state != endpoint.Open && !j.options.All
	case new == nil:
		return old.state != endpoint.Open && !j.options.All
	}
	return false
}

func (j *join) write(c *record.Change, extra []byte) error {
	j.tally.Changes[c.Change]++
	if j.out = j.enc.Change(j.out, c, extra); len(j.out) < outSize {
		return nil
	}
	return j.flush()
}

func (j *join) flush() error {
	_, err := j.w.Write(j.out)
	j.out = j.out[:0]
	return err
}
