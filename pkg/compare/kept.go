package compare

import (
	"io"
	"sync"
)

// Kept makes a text that can be read only once, such as from a pipe, readable at
// any place: it stores what it has read, on disk above spoolMemory. It is safe for
// concurrent use, and reads only as far as necessary.
type Kept struct {
	src  io.Reader
	pull sync.Mutex // held while src is read, which may block
	buf  []byte
	mu   sync.RWMutex // guards what follows
	kept Spool
	err  error // ended reading
}

// Keep returns a Kept that reads r.
func Keep(r io.Reader) *Kept {
	return &Kept{src: r, buf: make([]byte, 256<<10)}
}

// ReadAt implements io.ReaderAt. It waits until the bytes have been read.
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

// missing reports whether more has to be read to reach end.
func (k *Kept) missing(end int64) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.err == nil && k.kept.size < end
}

// more reads once, unless another goroutine did meanwhile.
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

// Close releases what was stored.
func (k *Kept) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept.Close()
}
