package compare

import (
	"io"
	"sync"
)

// Kept is a text that comes only once, as through a pipe, made to be read at
// any place: it keeps what has come, on disk once that is much. It is safe for
// several goroutines, and reads no further than it is asked to.
type Kept struct {
	src io.Reader
	// pull is held while src is read, which may take as long as it likes; mu
	// while what has come is looked at or added to.
	pull sync.Mutex
	buf  []byte
	mu   sync.RWMutex
	kept Spool
	err  error // after which no more comes
}

// Keep returns a Kept of r.
func Keep(r io.Reader) *Kept {
	return &Kept{src: r, buf: make([]byte, 256<<10)}
}

// ReadAt reads what came off bytes behind the beginning, once it has come.
func (k *Kept) ReadAt(p []byte, off int64) (int, error) {
	for k.missing(off + int64(len(p))) {
		k.more(off + int64(len(p)))
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	n, err := k.kept.ReadAt(p, off)
	if err == io.EOF && k.err != nil {
		err = k.err
	}
	return n, err
}

// missing says whether there is more to come before end.
func (k *Kept) missing(end int64) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.err == nil && k.kept.size < end
}

// more reads once, unless another has meanwhile.
func (k *Kept) more(end int64) {
	k.pull.Lock()
	defer k.pull.Unlock()
	if !k.missing(end) {
		return
	}
	n, err := k.src.Read(k.buf)
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, failed := k.kept.Write(k.buf[:n]); failed != nil {
		err = failed
	}
	k.err = err
}

// Close gives back what it takes to keep a text.
func (k *Kept) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept.Close()
}
