package compare

import (
	"io"
	"math"
	"runtime"
	"sync/atomic"

	"portkit/pkg/ndjson"
)

// batches is where batches come from. A batch is valid until the next call;
// after the last one comes io.EOF.
type batches interface {
	next() (*batch, error)
	close()
}

// feed reads a text. Blocks of it are parsed by several goroutines; the batches
// come in the order of the blocks.
type feed struct {
	free, todo, inOrder chan *page
	held                *page // whose batch was handed out
	err                 error // of reading; io.EOF. Set before inOrder is closed
	stop                atomic.Bool
}

// page is a block and what has been read in it.
type page struct {
	block ndjson.Block
	batch batch
	done  chan struct{} // gets a value when the block has been parsed
}

// workers is how many goroutines share a side's work: as many as there are
// processors, but a few at most. Each takes its memory, and the one that goes
// through both sides cannot keep more of them busy.
func workers() int { return min(runtime.GOMAXPROCS(0), 4) }

// newFeed starts to read a text from its beginning.
func newFeed(text io.ReaderAt, v view, e *Expected) *feed {
	n := workers()
	f := &feed{free: make(chan *page, 2*n), todo: make(chan *page, 2*n), inOrder: make(chan *page, 2*n)}
	for range cap(f.free) {
		f.free <- &page{done: make(chan struct{}, 1)}
	}
	for range n {
		go f.parse(newParser(v, e))
	}
	go f.read(text)
	return f
}

// parse reads blocks until there are no more.
func (f *feed) parse(p *parser) {
	for page := range f.todo {
		p.block(&page.block, &page.batch)
		page.done <- struct{}{}
	}
}

// read hands out blocks until the text ends or nobody wants more.
func (f *feed) read(text io.ReaderAt) {
	defer close(f.inOrder)
	defer close(f.todo)
	r := ndjson.NewReader(io.NewSectionReader(text, 0, math.MaxInt64))
	for page := range f.free {
		if f.stop.Load() {
			return
		}
		if page.block, f.err = r.NextBlock(page.block.Data); f.err != nil {
			return
		}
		f.todo <- page
		f.inOrder <- page
	}
}

func (f *feed) next() (*batch, error) {
	if f.held != nil {
		f.free <- f.held
		f.held = nil
	}
	page, ok := <-f.inOrder
	if !ok {
		return nil, f.err
	}
	<-page.done
	f.held = page
	return &page.batch, nil
}

// close ends the reading. It does not wait for a read that is under way, which
// may take as long as a pipe likes.
func (f *feed) close() {
	f.stop.Store(true)
	if f.held != nil {
		f.free <- f.held
	}
	go func() {
		for page := range f.inOrder {
			<-page.done
			f.free <- page
		}
	}()
}
