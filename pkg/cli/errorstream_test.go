package cli

import (
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// TestErrorStreamWithoutReader checks that a message waits for the reader until a
// signal comes, and is then dropped.
func TestErrorStreamWithoutReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ended := make(chan struct{})
		s := newErrorStream(w, ended)
		began := time.Now()
		time.AfterFunc(time.Hour, func() { close(ended) })
		for i, want := range []time.Duration{time.Hour + lastWords, 0, 0} {
			if _, err := s.Write([]byte("lost\n")); err != errNotRead || time.Since(began) != want {
				t.Errorf("write %d: %v after %v, want %v", i, err, time.Since(began), want)
			}
			began = time.Now()
		}
		read := func(want string) {
			b := make([]byte, len(want))
			if _, err := io.ReadFull(r, b); err != nil || string(b) != want {
				t.Errorf("%q, %v, want %q", b, err, want)
			}
		}
		read("lost\n")
		synctest.Wait()
		go func() { _, _ = s.Write([]byte("kept\n")) }()
		read("kept\n")
		synctest.Wait()
	})
}
