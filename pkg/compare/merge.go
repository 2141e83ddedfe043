package compare

import (
	"bufio"
	"bytes"
	"io"
)

// The memory for buffers, which the runs share.
const (
	mergeMemory = 8 << 20
	minBuffer   = 4 << 10
	maxBuffer   = 256 << 10
)

// merged returns the hosts of a sorter in order, by merging its runs.
type merged struct {
	heap   []*cursor // binary min-heap
	out    group
	tidier tidier
}

// merge returns the hosts of all runs. It first sorts the entries in memory.
func (s *sorter) merge() (*merged, error) {
	m := &merged{}
	for _, part := range s.parts() {
		m.heap = append(m.heap, &cursor{mem: s, part: part})
	}
	room := max(minBuffer, min(mergeMemory/(len(s.runs)+1), maxBuffer))
	for _, r := range s.runs {
		section := io.NewSectionReader(s.file, r.from, r.to-r.from)
		m.heap = append(m.heap, &cursor{file: bufio.NewReaderSize(section, room)})
	}
	kept := m.heap[:0]
	for _, c := range m.heap {
		switch err := c.next(); {
		case err == nil:
			kept = append(kept, c)
		case err != io.EOF:
			return nil, tempError(err)
		}
	}
	m.heap = kept
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m, nil
}

func (m *merged) next() (*group, error) {
	if len(m.heap) == 0 {
		return nil, nil
	}
	g := &m.out
	g.key, g.spans = append(g.key[:0], m.heap[0].key...), g.spans[:0]
	tidy := true
	for len(m.heap) > 0 && bytes.Equal(m.heap[0].key, g.key) {
		s := &m.heap[0].span
		if n := len(g.spans); n > 0 && !g.spans[n-1].before(s) {
			tidy = false
		}
		if g.spans = append(g.spans, *s); len(g.spans) > maxLoose {
			g.spans, tidy = m.tidier.tidy(g.spans), true
		}
		if err := m.advance(); err != nil {
			return nil, err
		}
	}
	if !tidy {
		g.spans = m.tidier.tidy(g.spans)
	}
	return g, nil
}

// advance makes the next entry the first of the heap.
func (m *merged) advance() error {
	switch err := m.heap[0].next(); {
	case err == io.EOF:
		n := len(m.heap) - 1
		m.heap[0] = m.heap[n]
		m.heap = m.heap[:n]
	case err != nil:
		return tempError(err)
	}
	m.sink(0)
	return nil
}

// sink moves the cursor at i down to its place in the heap.
func (m *merged) sink(i int) {
	for {
		least := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < len(m.heap) && m.heap[child].less(m.heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}
