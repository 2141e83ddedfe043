package compare

import (
	"io"
	"math"
	"runtime"

	"portkit/pkg/ndjson"
)

// batches is where batches come from. A batch is valid until the next call;
// after the last one comes io.EOF.
type batches interface {
	next() (*batch, error)
	close()
}

// feed reads a text.
type feed struct{ of *ndjson.Feed[batch] }

// workers is how many goroutines share a side's work: as many as there are
// processors, but a few at most. Each takes its memory, and the one that goes
// through both sides cannot keep more of them busy.
func workers() int { return min(runtime.GOMAXPROCS(0), 4) }

// newFeed starts to read a text from its beginning.
func newFeed(text io.ReaderAt, v view, e *Expected) feed {
	var parsers []func(*ndjson.Block, *batch)
	for range workers() {
		parsers = append(parsers, newParser(v, e).block)
	}
	return feed{ndjson.NewFeed(io.NewSectionReader(text, 0, math.MaxInt64), parsers)}
}

func (f feed) next() (*batch, error) { return f.of.Next() }

func (f feed) close() { f.of.Close() }
