package ndjson

import (
	"io"
	"os"
	"sync"
	"time"
)

const (
	// batchSize is the size from which a batch is written at once.
	batchSize = 64 << 10
	// batchTime is the maximum age of a batch.
	batchTime = 50 * time.Millisecond
)

// Writer writes lines in batches: when there are 64 KiB, or 50 ms after the first
// byte. It is safe for several goroutines, and keeps the lines of one Write
// together. If the underlying writer blocks, Write blocks once another batch is
// full.
type Writer struct {
	// writing is full during a write, which keeps batches in order. It is
	// acquired before mu. (A channel and not a mutex, because testing/synctest
	// counts goroutines that wait for it as blocked.)
	writing chan struct{}
	w       io.Writer
	spare   []byte

	mu      sync.Mutex
	pending []byte
	timer   *time.Timer
	err     error
	closed  bool
}

// NewWriter returns a Writer that writes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w, writing: make(chan struct{}, 1)} }

// Write adds whole lines, including LF, to the batch. It keeps no reference to
// them. After a failed write, this and every later call returns its error, and
// nothing more is written.
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

// Flush writes the batch.
func (w *Writer) Flush() error { return w.flush(1) }

// Close writes the batch; later writes fail. It does not close the underlying
// writer. Closing again returns the same error.
func (w *Writer) Close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	return w.flush(1)
}

// state returns the error with which Write has to fail.
func (w *Writer) state() error {
	if w.err == nil && w.closed {
		return os.ErrClosed
	}
	return w.err
}

// arm starts the timer of a new batch.
func (w *Writer) arm() {
	if w.timer == nil {
		w.timer = time.AfterFunc(batchTime, func() { w.flush(1) })
		return
	}
	w.timer.Reset(batchTime)
}

// flush writes the batch if it has at least so many bytes once earlier writes are
// done.
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

// swap returns the batch and begins a new one in the spare storage.
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
