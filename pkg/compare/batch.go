package compare

import "bytes"

// batch is what some lines say, host by host in the order of the lines; lines
// that follow each other and are about one host make one host of it.
type batch struct {
	keys  []byte
	hosts []hosted
	spans []span

	bad     []error // what is wrong with lines, in their order: *record.Bad, *record.Unusable
	nowhere uint64  // records about no endpoint
}

// hosted says where a host's key and spans end; they begin where those of the
// host before it do.
type hosted struct {
	key, spans uint32
	tidy       bool // its spans are ascending and apart
}

func (b *batch) reset() {
	b.keys, b.hosts, b.spans = b.keys[:0], b.hosts[:0], b.spans[:0]
	b.bad, b.nowhere = nil, 0
}

// turn makes a key's host the last one.
func (b *batch) turn(key []byte) {
	if n := len(b.hosts); n > 0 && bytes.Equal(b.key(n-1), key) {
		return
	}
	b.keys = append(b.keys, key...)
	b.hosts = append(b.hosts, hosted{uint32(len(b.keys)), uint32(len(b.spans)), true})
}

// add adds a span to the last host.
func (b *batch) add(s span) {
	h := &b.hosts[len(b.hosts)-1]
	if n := len(b.spans); n > int(b.first(len(b.hosts)-1)) && !b.spans[n-1].before(&s) {
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

// first is where the spans of host i begin.
func (b *batch) first(i int) uint32 {
	if i == 0 {
		return 0
	}
	return b.hosts[i-1].spans
}

// of is the spans of host i, apart from those of the next one.
func (b *batch) of(i int) []span {
	end := b.hosts[i].spans
	return b.spans[b.first(i):end:end]
}
