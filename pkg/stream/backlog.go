// Package stream is shared by the tools that process many records concurrently. It
// contains interruptible input, a bound on the records between reading and writing,
// output in input order, and progress.
package stream

import "sync"

// Maxima of a Backlog of records that were read and are not written: their number, and
// bytes of their text.
const (
	maxRecords = 262_144
	maxText    = 64 << 20
)

// Backlog bounds the number of records that are in hand, and the size of their texts.
type Backlog struct {
	mu        sync.Mutex
	room      sync.Cond
	most      int // records
	records   int
	bytes     int
	unlimited bool
}

// NewBacklog returns an empty Backlog.
func NewBacklog() *Backlog { return NewBacklogOf(maxRecords) }

// NewBacklogOf returns an empty Backlog with another maximum number of records.
func NewBacklogOf(records int) *Backlog {
	b := &Backlog{most: records}
	b.room.L = &b.mu
	return b
}

// Add adds a record with a text of this many bytes as soon as there is room. It calls
// before if it has to wait.
func (b *Backlog) Add(bytes int, before func()) {
	b.mu.Lock()
	added := b.addIfRoom(bytes)
	b.mu.Unlock()
	if added {
		return
	}
	before()
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.addIfRoom(bytes) {
		b.room.Wait()
	}
}

// addIfRoom adds a record if there is room. One that exceeds the maximum is added
// to an empty backlog.
func (b *Backlog) addIfRoom(bytes int) bool {
	if !b.unlimited && b.records > 0 && (b.records >= b.most || b.bytes+bytes > maxText) {
		return false
	}
	b.records++
	b.bytes += bytes
	return true
}

// Remove removes records that were written, with this many bytes of text.
func (b *Backlog) Remove(records, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.records -= records
	b.bytes -= bytes
	b.room.Broadcast()
}

// Empty reports whether everything that was read is written.
func (b *Backlog) Empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.records == 0
}

// Unlimit makes room for everything.
func (b *Backlog) Unlimit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unlimited = true
	b.room.Broadcast()
}
