package compare

import (
	"bytes"
	"io"
	"math"
	"runtime"

	"portkit/pkg/ndjson"
)

// batch holds the hosts of some lines, in the order of the lines. Adjacent lines
// about one host are one host of the batch.
type batch struct {
	keys  []byte
	hosts []hostEnd
	spans []span

	bad     []error // *record.Bad and *record.Unusable, in the order of the lines
	nowhere uint64  // records without an endpoint

	identified bool // a tool tried to identify some service
}

// hostEnd holds the ends of a host's key and spans. They begin at the ends of the
// host before.
type hostEnd struct {
	key, spans uint32
	tidy       bool // the spans are ascending and disjoint
}

func (b *batch) reset() {
	b.keys, b.hosts, b.spans = b.keys[:0], b.hosts[:0], b.spans[:0]
	b.bad, b.nowhere, b.identified = nil, 0, false
}

// turn makes the host of a key the last one.
func (b *batch) turn(key []byte) {
	if n := len(b.hosts); n > 0 && bytes.Equal(b.key(n-1), key) {
		return
	}
	b.keys = append(b.keys, key...)
	b.hosts = append(b.hosts, hostEnd{uint32(len(b.keys)), uint32(len(b.spans)), true})
}

// add adds a span to the last host.
func (b *batch) add(s span) {
	h := &b.hosts[len(b.hosts)-1]
	if n := len(b.spans); n > int(b.firstSpan(len(b.hosts)-1)) && !b.spans[n-1].before(&s) {
		h.tidy = false
	}
	b.spans = append(b.spans, s)
	h.spans = uint32(len(b.spans))
}

func (b *batch) key(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = b.hosts[i-1].key
	}
	return b.keys[from:b.hosts[i].key]
}

// firstSpan returns the index of the first span of host i.
func (b *batch) firstSpan(i int) uint32 {
	if i == 0 {
		return 0
	}
	return b.hosts[i-1].spans
}

// spansOf returns the spans of host i.
func (b *batch) spansOf(i int) []span {
	end := b.hosts[i].spans
	return b.spans[b.firstSpan(i):end:end]
}

// batches is a source of batches. A batch is valid until the next call of Next,
// which returns io.EOF after the last one.
type batches interface {
	Next() (*batch, error)
	Close()
}

// workers returns the number of goroutines that share the work of a side: one per
// CPU, up to four. Each uses memory, and the one that compares the sides cannot
// keep more of them busy.
func workers() int { return min(runtime.GOMAXPROCS(0), 4) }

// readBatches starts reading a text from its beginning.
func readBatches(text io.ReaderAt, newParser func() *parser) batches {
	var parsers []func(*ndjson.Block, *batch)
	for range workers() {
		parsers = append(parsers, newParser().block)
	}
	return ndjson.NewFeed(io.NewSectionReader(text, 0, math.MaxInt64), parsers)
}
