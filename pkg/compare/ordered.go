package compare

import (
	"bytes"
	"errors"
	"io"
)

// group is one host and what is said of its ports: spans ascending and
// apart.
type group struct {
	key   []byte
	spans []span
}

// groups is where the hosts of a scan come from, in the order of their keys,
// each once. A group is valid until the next call; after the last one comes a
// nil group.
type groups interface {
	next() (*group, error)
}

// errOrder says that a host comes after one that it belongs before.
var errOrder = errors.New("the hosts are not in order")

// maxLoose is how many spans of a host are gathered before they are tidied: of
// what is left then there is at most one for each port and protocol.
const maxLoose = 1 << 18

// ordered hands out the hosts of batches, as long as they come in order. Of
// what it has handed out it keeps nothing.
type ordered struct {
	from   batches
	batch  *batch
	i      int // the host of batch that comes next
	last   []byte
	own    group // a host that may go on in the next batch
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
	o.out = group{o.last, b.of(i)}
	if !b.hosts[i].tidy {
		o.out.spans = o.tidier.tidy(o.out.spans)
	}
	return &o.out, nil
}

// more goes to the next batch that has hosts; there is none after the last.
func (o *ordered) more() (err error) {
	for {
		o.i = 0
		if o.batch, err = o.from.next(); err == io.EOF {
			return nil
		}
		if err != nil || len(o.batch.hosts) > 0 {
			return err
		}
	}
}

// across gathers a host that is the last of its batch, and may go on in the
// next ones.
func (o *ordered) across(b *batch, i int) (*group, error) {
	o.own.key = append(o.own.key[:0], b.key(i)...)
	o.own.spans = append(o.own.spans[:0], b.of(i)...)
	tidy := b.hosts[i].tidy
	for o.i == len(o.batch.hosts) {
		if err := o.more(); err != nil {
			return nil, err
		}
		if o.batch == nil || !bytes.Equal(o.batch.key(0), o.own.key) {
			break
		}
		o.i = 1
		o.own.spans = append(o.own.spans, o.batch.of(0)...)
		if tidy = false; len(o.own.spans) > maxLoose {
			o.own.spans = o.tidier.tidy(o.own.spans)
		}
	}
	if !tidy {
		o.own.spans = o.tidier.tidy(o.own.spans)
	}
	return &o.own, nil
}
