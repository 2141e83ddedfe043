package compare

import (
	"bytes"
	"io"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// outSize is how much is gathered before it is written.
const outSize = 64 << 10

// join goes through two scans side by side, host by host and port by port,
// and writes what is different.
type join struct {
	all      bool      // Options.All
	expected *Expected // what OLD is, if it is no scan
	old, new *lines
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

// compareGroups orders groups; one that is not there comes last.
func compareGroups(a, b *group) int {
	switch {
	case b == nil:
		return -1
	case a == nil:
		return 1
	}
	return bytes.Compare(a.key, b.key)
}

// host goes through the ports of one host.
func (j *join) host(key []byte, old, new []span) error {
	for len(old) > 0 && len(new) > 0 && old[0].same(&new[0]) {
		old, new = old[1:], new[1:] // most often that is all
	}
	var a, b span // what is left of the first span of each; no port 0
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
		if x == nil || y == nil || x.state != y.state {
			if err := j.ports(key, x, y, last); err != nil {
				return err
			}
		}
		drop(x, last)
		drop(y, last)
	}
}

// overlap returns what both say of the ports up to last, or one alone: nil is
// the one that does not.
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

// drop takes the ports up to last off a span; first is 0 when none is left.
func drop(s *span, last uint16) {
	switch {
	case s == nil:
	case s.last == last:
		s.first = 0
	default:
		s.first = last + 1
	}
}

// ports tells what became of the ports from the spans' first to last. One of
// the spans may be nil.
func (j *join) ports(key []byte, old, new *span, last uint16) error {
	c := record.Change{}
	one, line := new, j.new // what tells most
	if old != nil {
		c.Old = old.state
	}
	if new != nil {
		c.New = new.state
	} else {
		one, line = old, j.old
	}
	if c.Change = endpoint.ChangeOf(c.Old, c.New); j.silent(old, new) {
		return nil
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
		var extra []byte
		if new != nil {
			extra = line.extra(c.Port)
		}
		if err := j.write(&c, extra); err != nil {
			return err
		}
	}
	j.tally.Renamed = j.tally.Renamed || new != nil && line.renamed
	return nil
}

// silent says that nothing is told of ports that one side alone has: they are not
// open, or are told of under another name.
func (j *join) silent(old, new *span) bool {
	switch {
	case old == nil:
		return new.named || new.state != endpoint.Open && !j.all
	case new == nil:
		return old.state != endpoint.Open && !j.all
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
