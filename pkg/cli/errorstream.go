package cli

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// lastWords is the time that a message may still take after the first signal.
const lastWords = 250 * time.Millisecond

var errNotRead = errors.New("no reader")

// errorStream is standard error. A slow reader delays the tool until the first
// signal; after that, messages that cannot be written are dropped, so that the
// tool can end.
type errorStream struct {
	w     io.Writer
	ended <-chan struct{} // closed by the first signal
	busy  chan struct{}   // full during a write
}

func newErrorStream(w io.Writer, ended <-chan struct{}) *errorStream {
	return &errorStream{w: w, ended: ended, busy: make(chan struct{}, 1)}
}

// Write writes p on another goroutine, because a write to a full pipe cannot be
// interrupted.
func (s *errorStream) Write(p []byte) (int, error) {
	select {
	case s.busy <- struct{}{}:
	default:
		select {
		case s.busy <- struct{}{}:
		case <-s.ended:
			return 0, errNotRead
		}
	}
	text, done := bytes.Clone(p), make(chan error, 1)
	go func() {
		_, err := s.w.Write(text)
		<-s.busy
		done <- err
	}()
	select {
	case err := <-done:
		return len(p), err
	case <-s.ended:
	}
	select {
	case err := <-done:
		return len(p), err
	case <-time.After(lastWords):
		return 0, errNotRead
	}
}
