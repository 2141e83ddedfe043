// Package stream is shared by the tools that process many records concurrently. It
// contains interruptible input, a bound on the records between reading and writing,
// output in input order, and progress.
package stream

import "sync"

// Maxima of what was read and is not written: records, and bytes of their text.
const (
	maxRecords = 262_144
	maxText    = 64 << 20
)

// Backlog bounds the records that were read and are not written.
type Backlog struct {
	mu        sync.Mutex
	room      sync.Cond
	records   int
	bytes     int
	unlimited bool
}

// NewBacklog returns an empty Backlog.
func NewBacklog() *Backlog {
	b := &Backlog{}
	b.room.L = &b.mu
	return b
}

// TryAdd adds a record with a text of this many bytes if there is room.
func (b *Backlog) TryAdd(bytes int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.addIfRoom(bytes)
}

// Add adds a record as soon as there is room.
func (b *Backlog) Add(bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.addIfRoom(bytes) {
		b.room.Wait()
	}
}

// addIfRoom adds a record if there is room. One that exceeds the maximum is added
// to an empty backlog.
func (b *Backlog) addIfRoom(bytes int) bool {
	if !b.unlimited && b.records > 0 && (b.records >= maxRecords || b.bytes+bytes > maxText) {
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
	b.room.Signal()
}

// Empty reports whether everything that was read is written.
func (b *Backlog) Empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.records == 0
}

// unlimit makes room for everything.
func (b *Backlog) unlimit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unlimited = true
	b.room.Broadcast()
}
