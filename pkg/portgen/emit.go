package portgen

import (
	"context"
	"io"

	"portkit/pkg/cli"
	"portkit/pkg/portspec"
	"portkit/pkg/record"
)

// chunk is how much is written at once: what a pipe holds.
const chunk = 64 << 10

// emitter writes records: a head, which is an address's, and a tail, which is
// a port's, as record.Parts cuts them. Both are put together from pieces made
// once, copied at a fixed size, which takes less time than looking how long
// they are.
type emitter struct {
	ctx    context.Context
	w      io.Writer
	buf    []byte
	n      int
	err    error // of writing, or why to stop
	failed bool  // an error record was written

	parts *record.Parts
	head  head
	tails *tails
	extra []byte // the user's fields of the current entry
	line  []byte // a record that takes more than the copies of fixed size
}

func newEmitter(ctx *cli.Context, plain bool) *emitter {
	parts := record.NewParts(plain)
	return &emitter{
		ctx:   ctx,
		w:     ctx.Out,
		buf:   make([]byte, chunk),
		parts: parts,
		head:  newHead(parts),
		tails: newTails(parts),
	}
}

// ports writes the records of the current head for the set's items from to
// to-1. It returns false once there is no use in going on.
func (e *emitter) ports(set portspec.Set, from, to int) bool {
	switch {
	case e.extra != nil:
		return e.extended(set, from, to)
	case e.head.len > shortHead:
		return e.long(set, from, to)
	}
	text := *(*[shortHead]byte)(e.head.text[:])
	length := e.head.len
	buf, n := e.buf, e.n
	for i := from; i < to; i++ {
		if n > chunk-shortHead-tailRoom {
			if e.n = n; !e.flush() {
				return false
			}
			n = 0
		}
		*(*[shortHead]byte)(buf[n:]) = text
		port, proto := set.At(i)
		n = e.tails.put(buf, n+length, port, proto)
	}
	e.n = n
	return true
}

// long is ports for a head that is longer than most.
func (e *emitter) long(set portspec.Set, from, to int) bool {
	text := e.head.text[:e.head.len]
	for i := from; i < to; i++ {
		if e.n > chunk-len(text)-tailRoom && !e.flush() {
			return false
		}
		e.n += copy(e.buf[e.n:], text)
		port, proto := set.At(i)
		e.n = e.tails.put(e.buf, e.n, port, proto)
	}
	return true
}

// extended is ports for records with fields of the user's, as long as those
// may be.
func (e *emitter) extended(set portspec.Set, from, to int) bool {
	var tail [tailRoom]byte
	for i := from; i < to; i++ {
		port, proto := set.At(i)
		n := e.tails.put(tail[:], 0, port, proto)
		e.line = append(e.line[:0], e.head.text[:e.head.len]...)
		e.line = e.parts.Extend(e.line, tail[:n], e.extra)
		if !e.write(e.line) {
			return false
		}
	}
	return true
}

// write writes a whole line.
func (e *emitter) write(line []byte) bool {
	if len(line) > chunk-e.n && !e.flush() {
		return false
	}
	if len(line) > chunk {
		e.send(line)
		return e.err == nil
	}
	e.n += copy(e.buf[e.n:], line)
	return true
}

// flush writes what waits, and finds out whether to go on.
func (e *emitter) flush() bool {
	if e.n > 0 {
		e.send(e.buf[:e.n])
		e.n = 0
	}
	return e.err == nil
}

func (e *emitter) send(lines []byte) {
	if e.err == nil {
		e.err = e.ctx.Err()
	}
	if e.err == nil {
		_, e.err = e.w.Write(lines)
	}
}
