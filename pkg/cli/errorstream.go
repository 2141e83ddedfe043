package cli

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// lastWords is how long a message that is being written when the first signal
// comes may take.
const lastWords = 250 * time.Millisecond

var errNotRead = errors.New("no reader")

// errorStream is standard error. Its reader may hold up a tool, as any reader
// may, but not keep the first signal from ending it: from then on a message that
// cannot be written is dropped.
type errorStream struct {
	w     io.Writer
	ended <-chan struct{} // closed by the first signal
	busy  chan struct{}   // full while a write is under way
}

func newErrorStream(w io.Writer, ended <-chan struct{}) *errorStream {
	return &errorStream{w: w, ended: ended, busy: make(chan struct{}, 1)}
}

// Write writes p on another goroutine, since a write to a full pipe cannot be
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
