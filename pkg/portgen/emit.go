package portgen

import (
	"context"
	"io"

	"portkit/pkg/cli"
	"portkit/pkg/portspec"
	"portkit/pkg/record"
)

// chunk is the size of a write: the capacity of a pipe.
const chunk = 64 << 10

// emitter writes records. A record is a head, which depends on the address, and a tail,
// which depends on the port (see record.Parts). Both are composed of copies of a fixed
// size, which are faster than copies of a variable length.
type emitter struct {
	ctx    context.Context
	w      io.Writer
	buf    []byte
	n      int
	err    error // of a write or of ctx
	failed bool  // an error record was written

	parts  *record.Parts
	head   head
	tails  *tails
	column column
	extra  []byte // the user's fields of the current entry
	line   []byte // scratch for extended
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

// ports writes the records of the current head for the items from to to-1 of set. It
// returns false after an error.
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

// long is ports for a head longer than shortHead.
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

// extended is ports for records with user fields, which have any length.
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

// write writes a line.
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

// flush writes the buffer. It returns false after an error.
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
