package compare

import (
	"bytes"
	"errors"
	"io"
)

// group is a host with its spans, ascending and disjoint.
type group struct {
	key   []byte
	spans []span
}

// groups is a source of the hosts of a scan, sorted by key, each once. A group is
// valid until the next call of next, which returns nil after the last one.
type groups interface {
	next() (*group, error)
}

// errOrder means that the hosts are not sorted by key.
var errOrder = errors.New("the hosts are not in order")

// maxLoose is the number of spans of a host that are collected before they are
// tidied, which leaves at most one per port and protocol.
const maxLoose = 1 << 18

// ordered returns the hosts of batches that are in order, without storing them.
type ordered struct {
	from   batches
	batch  *batch
	i      int // index of the next host of batch
	last   []byte
	own    group // a host that may continue in the next batch
	out    group
	tidier tidier
}

func (o *ordered) next() (*group, error) {
	if o.batch == nil || o.i == len(o.batch.hosts) {
		if err := o.more(); err != nil {
			return nil, err
		}
		if o.batch == nil {
			return nil, nil
		}
	}
	b, i := o.batch, o.i
	o.i++
	if bytes.Compare(b.key(i), o.last) <= 0 {
		return nil, errOrder
	}
	o.last = append(o.last[:0], b.key(i)...)
	if o.i == len(b.hosts) {
		return o.across(b, i)
	}
	o.out = group{o.last, b.spansOf(i)}
	if !b.hosts[i].tidy {
		o.out.spans = o.tidier.tidy(o.out.spans)
	}
	return &o.out, nil
}

// more reads the next batch that has hosts; batch is nil after the last.
func (o *ordered) more() (err error) {
	for {
		o.i = 0
		if o.batch, err = o.from.Next(); err == io.EOF {
			return nil
		}
		if err != nil || len(o.batch.hosts) > 0 {
			return err
		}
	}
}

// across collects a host that is the last of its batch and may continue in the
// next ones.
func (o *ordered) across(b *batch, i int) (*group, error) {
	o.own.key = append(o.own.key[:0], b.key(i)...)
	o.own.spans = append(o.own.spans[:0], b.spansOf(i)...)
	tidy := b.hosts[i].tidy
	for o.i == len(o.batch.hosts) {
		if err := o.more(); err != nil {
			return nil, err
		}
		if o.batch == nil || !bytes.Equal(o.batch.key(0), o.own.key) {
			break
		}
		o.i = 1
		o.own.spans = append(o.own.spans, o.batch.spansOf(0)...)
		if tidy = false; len(o.own.spans) > maxLoose {
			o.own.spans = o.tidier.tidy(o.own.spans)
		}
	}
	if !tidy {
		o.own.spans = o.tidier.tidy(o.own.spans)
	}
	return &o.own, nil
}
