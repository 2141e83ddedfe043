package portprobe

import "sync"

const (
	// maxRecords and maxText bound what was read and is not written yet: the
	// number of records, and the bytes of their text.
	maxRecords = 262_144
	maxText    = 64 << 20
)

// backlog bounds the records that were read and are not written yet.
type backlog struct {
	mu      sync.Mutex
	room    sync.Cond
	records int
	bytes   int
	open    bool
}

func newBacklog() *backlog {
	g := &backlog{}
	g.room.L = &g.mu
	return g
}

// try lets one record of so many bytes in if there is room.
func (g *backlog) try(bytes int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.enter(bytes)
}

// wait lets one record in as soon as there is room.
func (g *backlog) wait(bytes int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.enter(bytes) {
		g.room.Wait()
	}
}

// enter counts a record in if there is room. A record that alone is larger
// than the bound is let in when nothing else is.
func (g *backlog) enter(bytes int) bool {
	if !g.open && g.records > 0 && (g.records >= maxRecords || g.bytes+bytes > maxText) {
		return false
	}
	g.records++
	g.bytes += bytes
	return true
}

// leave counts records out.
func (g *backlog) leave(records, bytes int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.records -= records
	g.bytes -= bytes
	g.room.Signal()
}

// empty reports whether everything that was read is written.
func (g *backlog) empty() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.records == 0
}

// release lets everything in from now on: the run ends.
func (g *backlog) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = true
	g.room.Broadcast()
}
