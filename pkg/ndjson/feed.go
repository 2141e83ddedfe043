package ndjson

import (
	"io"
	"sync/atomic"
)

// Feed has several goroutines parse an input, each block into a T, and returns
// these in the order of the blocks.
type Feed[T any] struct {
	free, todo, inOrder chan *page[T]
	held                *page[T] // the one whose T was returned last
	err                 error    // why reading ended; set before inOrder is closed
	stop                atomic.Bool
}

// page is a block and what it was parsed into.
type page[T any] struct {
	block Block
	of    T
	done  chan struct{} // receives a value when the block has been parsed
}

// NewFeed starts to read in. Each of parsers is called by a goroutine of its own,
// with a block and a T that may be a reused one. Lines are read as with
// Reader.FirstLineOnly.
func NewFeed[T any](in io.Reader, parsers []func(*Block, *T)) *Feed[T] {
	n := 2 * len(parsers) // number of pages: no send blocks
	f := &Feed[T]{free: make(chan *page[T], n), todo: make(chan *page[T], n), inOrder: make(chan *page[T], n)}
	for range n {
		f.free <- &page[T]{done: make(chan struct{}, 1)}
	}
	for _, parse := range parsers {
		go f.parse(parse)
	}
	r := NewReader(in)
	r.FirstLineOnly = true
	go f.read(r)
	return f
}

// parse parses blocks until none is left.
func (f *Feed[T]) parse(parse func(*Block, *T)) {
	for p := range f.todo {
		parse(&p.block, &p.of)
		p.done <- struct{}{}
	}
}

// read reads blocks until the input ends or the Feed is closed.
func (f *Feed[T]) read(r *Reader) {
	defer close(f.inOrder)
	defer close(f.todo)
	for p := range f.free {
		if f.stop.Load() {
			return
		}
		if p.block, f.err = r.NextBlock(p.block.Data); f.err != nil {
			return
		}
		f.todo <- p
		f.inOrder <- p
	}
}

// Next returns what the next block was parsed into, valid until the next call.
// After the last one it returns io.EOF or the reader's error; no parser is called
// from then on.
func (f *Feed[T]) Next() (*T, error) {
	if f.held != nil {
		f.free <- f.held
		f.held = nil
	}
	p, ok := <-f.inOrder
	if !ok {
		return nil, f.err
	}
	<-p.done
	f.held = p
	return &p.of, nil
}

// Close ends reading early. It does not wait for a read in progress, which may
// block indefinitely on a pipe.
func (f *Feed[T]) Close() {
	f.stop.Store(true)
	if f.held != nil {
		f.free <- f.held
	}
	go func() {
		for p := range f.inOrder {
			<-p.done
			f.free <- p
		}
	}()
}
