package portprobe

import "sync"

// Maxima of what was read and is not written: records, and bytes of their text.
const (
	maxRecords = 262_144
	maxText    = 64 << 20
)

// backlog bounds the records that were read and are not written.
type backlog struct {
	mu        sync.Mutex
	room      sync.Cond
	records   int
	bytes     int
	unlimited bool
}

func newBacklog() *backlog {
	b := &backlog{}
	b.room.L = &b.mu
	return b
}

// tryAdd adds a record with a text of this many bytes if there is room.
func (b *backlog) tryAdd(bytes int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.addIfRoom(bytes)
}

// add adds a record as soon as there is room.
func (b *backlog) add(bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.addIfRoom(bytes) {
		b.room.Wait()
	}
}

// addIfRoom adds a record if there is room. One that exceeds the maximum is added
// to an empty backlog.
func (b *backlog) addIfRoom(bytes int) bool {
	if !b.unlimited && b.records > 0 && (b.records >= maxRecords || b.bytes+bytes > maxText) {
		return false
	}
	b.records++
	b.bytes += bytes
	return true
}

func (b *backlog) remove(records, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.records -= records
	b.bytes -= bytes
	b.room.Signal()
}

// empty reports whether everything that was read is written.
func (b *backlog) empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.records == 0
}

// unlimit makes room for everything, because the run ends.
func (b *backlog) unlimit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unlimited = true
	b.room.Broadcast()
}
