package ndjson

import (
	"io"
	"sync/atomic"
)

// Feed reads an input whose blocks are parsed by several goroutines, into a T
// each. They come in the order of the blocks.
type Feed[T any] struct {
	free, todo, inOrder chan *page[T]
	held                *page[T] // whose T was handed out
	err                 error    // of reading; io.EOF. Set before inOrder is closed
	stop                atomic.Bool
}

// page is a block and what has been read in it.
type page[T any] struct {
	block Block
	of    T
	done  chan struct{} // gets a value when the block has been parsed
}

// NewFeed starts to read. Each of parsers is called by a goroutine of its own,
// with a block and a T that may have been handed out before. Of JSON over several
// lines they get the first line only.
func NewFeed[T any](in io.Reader, parsers []func(*Block, *T)) *Feed[T] {
	n := 2 * len(parsers) // every page there is: none waits to be put back
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

// parse reads blocks until there are no more.
func (f *Feed[T]) parse(parse func(*Block, *T)) {
	for p := range f.todo {
		parse(&p.block, &p.of)
		p.done <- struct{}{}
	}
}

// read hands out blocks until the input ends or nobody wants more.
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

// Next returns what the next block came to, valid until the next call. After
// the last one it returns io.EOF, or the error of reading: then no parser is
// called any more.
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

// Close ends the reading early. It does not wait for a read that is under way,
// which may take as long as a pipe likes.
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
