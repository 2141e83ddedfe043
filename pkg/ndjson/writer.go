package ndjson

import (
	"io"
	"os"
	"sync"
	"time"
)

const (
	// batchSize is how much is gathered before it is written.
	batchSize = 64 << 10
	// batchTime is how long the first byte of a batch waits for more.
	batchTime = 50 * time.Millisecond
)

// Writer gathers lines and writes them in batches: at 64 KiB, or 50 ms after
// the first byte that waits. It is safe for several goroutines; the lines of
// one Write stay together. When the underlying writer blocks, so does Write
// as soon as another batch is full.
type Writer struct {
	// writing is full during each write, so that batches leave in order. It
	// is taken before mu. (A channel, as tests in virtual time see that who
	// waits for it is blocked, and do not for a mutex.)
	writing chan struct{}
	w       io.Writer
	spare   []byte

	mu      sync.Mutex
	pending []byte
	timer   *time.Timer
	err     error
	closed  bool
}

// NewWriter returns a Writer onto w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w, writing: make(chan struct{}, 1)} }

// Write takes whole lines, LF included, and keeps no reference to them.
// Once a write of the underlying writer has failed, its error is returned by
// this and every later call, and nothing more is written.
func (w *Writer) Write(lines []byte) (int, error) {
	w.mu.Lock()
	if err := w.state(); err != nil {
		w.mu.Unlock()
		return 0, err
	}
	if len(w.pending) == 0 && len(lines) > 0 {
		w.arm()
	}
	w.pending = append(w.pending, lines...)
	full := len(w.pending) >= batchSize
	w.mu.Unlock()
	if full {
		if err := w.flush(batchSize); err != nil {
			return 0, err
		}
	}
	return len(lines), nil
}

// Flush writes what waits.
func (w *Writer) Flush() error { return w.flush(1) }

// Close writes what waits and refuses more. The underlying writer stays
// open. Closing again returns the same error.
func (w *Writer) Close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	return w.flush(1)
}

// state is the error that Write returns without trying.
func (w *Writer) state() error {
	if w.err == nil && w.closed {
		return os.ErrClosed
	}
	return w.err
}

// arm starts the clock of a new batch.
func (w *Writer) arm() {
	if w.timer == nil {
		w.timer = time.AfterFunc(batchTime, func() { w.flush(1) })
		return
	}
	w.timer.Reset(batchTime)
}

// flush writes what waits, if it is at least so many bytes by the time that
// the writes before it are done.
func (w *Writer) flush(least int) error {
	w.writing <- struct{}{}
	defer func() { <-w.writing }()
	batch, err := w.swap(least)
	if err != nil || len(batch) == 0 {
		return err
	}
	n, err := w.w.Write(batch)
	if err == nil && n < len(batch) {
		err = io.ErrShortWrite
	}
	w.spare = batch[:0]
	if err != nil {
		w.mu.Lock()
		w.err, w.pending = err, nil
		w.mu.Unlock()
	}
	return err
}

// swap takes the batch that waits and puts the spare storage in its place.
func (w *Writer) swap(least int) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil || len(w.pending) < least {
		return nil, w.err
	}
	w.timer.Stop()
	batch := w.pending
	w.pending, w.spare = w.spare, nil
	return batch, nil
}
