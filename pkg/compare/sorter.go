package compare

import (
	"bufio"
	"bytes"
	"cmp"
	"os"
	"slices"
	"sync"
)

// entry is a span with its host.
type entry struct {
	key, keyLen uint32 // position in keys
	span
}

// sorting is an entry to be sorted: by prefix first, which needs no lookup.
type sorting struct {
	prefix uint64
	entry  uint32
}

// sizeOfEntry is the memory of an entry and its sorting.
const sizeOfEntry = 40 + 16

// sorter sorts batches. What does not fit in memory is written to a temporary
// file, as sorted runs.
type sorter struct {
	limit   int // bytes of memory
	keys    []byte
	entries []entry
	order   []sorting

	file *os.File
	size int64
	runs []run
}

// run is a section of the file.
type run struct{ from, to int64 }

// sort reads batches to the end.
func (s *sorter) sort(from batches) error {
	for {
		b, err := from.Next()
		if err != nil {
			return ignoreEOF(err)
		}
		for i := range b.hosts {
			if err := s.host(b.key(i), b.spansOf(i)); err != nil {
				return err
			}
		}
	}
}

// host adds a host's spans.
func (s *sorter) host(key []byte, spans []span) error {
	at := s.keep(key)
	for _, sp := range spans {
		if len(s.keys)+(len(s.entries)+1)*sizeOfEntry > s.limit && len(s.entries) > 0 {
			if err := s.spill(); err != nil {
				return err
			}
			at = s.keep(key)
		}
		s.add(entry{at, uint32(len(key)), sp}, prefix(key, sp.proto, sp.first))
	}
	return nil
}

// keep stores a key and returns its position.
func (s *sorter) keep(key []byte) uint32 {
	if n := len(s.entries); n > 0 && bytes.Equal(s.key(&s.entries[n-1]), key) {
		return s.entries[n-1].key
	}
	at := uint32(len(s.keys))
	s.keys = append(s.keys, key...)
	return at
}

// add adds an entry. The capacity does not grow beyond the limit, as append's
// would.
func (s *sorter) add(e entry, prefix uint64) {
	if n := len(s.entries); n == cap(s.entries) {
		room := min(max(2*n, 1024), max(s.limit/sizeOfEntry, n+1))
		s.entries = append(make([]entry, 0, room), s.entries...)
		s.order = append(make([]sorting, 0, room), s.order...)
	}
	s.order = append(s.order, sorting{prefix, uint32(len(s.entries))})
	s.entries = append(s.entries, e)
}

func (s *sorter) key(e *entry) []byte { return s.keys[e.key : e.key+e.keyLen] }

// compare orders entries by host, protocol and first port.
func (s *sorter) compare(x, y sorting) int {
	if c := cmp.Compare(x.prefix, y.prefix); c != 0 {
		return c
	}
	a, b := &s.entries[x.entry], &s.entries[y.entry]
	if a.key != b.key {
		if c := bytes.Compare(s.key(a), s.key(b)); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(a.proto, b.proto), cmp.Compare(a.first, b.first))
}

// parts sorts the entries, in one part per worker.
func (s *sorter) parts() [][]sorting {
	var parts [][]sorting
	var wait sync.WaitGroup
	for part := range slices.Chunk(s.order, len(s.order)/workers()+1) {
		parts = append(parts, part)
		wait.Go(func() { slices.SortFunc(part, s.compare) })
	}
	wait.Wait()
	return parts
}

// spill moves all entries to the file.
func (s *sorter) spill() (err error) {
	if s.file == nil {
		if s.file, err = temp(); err != nil {
			return err
		}
	}
	w := bufio.NewWriterSize(s.file, 256<<10)
	for _, part := range s.parts() {
		r := run{from: s.size}
		if r.to, err = s.write(w, part); err != nil {
			return tempError(err)
		}
		s.size = r.to
		s.runs = append(s.runs, r)
	}
	if err := w.Flush(); err != nil {
		return tempError(err)
	}
	s.keys, s.entries, s.order = s.keys[:0], s.entries[:0], s.order[:0]
	return nil
}

// write writes sorted entries and returns the offset of their end.
func (s *sorter) write(w *bufio.Writer, part []sorting) (end int64, err error) {
	end = s.size
	var last []byte
	var buf []byte
	for _, o := range part {
		e := &s.entries[o.entry]
		key := s.key(e)
		if bytes.Equal(key, last) {
			key = nil
		} else {
			last = key
		}
		buf = appendEntry(buf[:0], key, &e.span)
		if _, err := w.Write(buf); err != nil {
			return 0, err
		}
		end += int64(len(buf))
	}
	return end, nil
}

// close closes the file.
func (s *sorter) close() {
	if s.file != nil {
		_ = s.file.Close() // the file is not needed any more, so an error does not matter
	}
}
