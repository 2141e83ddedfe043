package ndjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sink records what is written, and when. Its writes fail if fail is set, and
// block until gate, if there is one, is closed.
type sink struct {
	mu     sync.Mutex
	got    bytes.Buffer
	writes []int
	gate   chan struct{}
	fail   error
	short  bool
}

func (s *sink) Write(p []byte) (int, error) {
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes = append(s.writes, len(p))
	if s.fail != nil {
		return 0, s.fail
	}
	if s.short {
		return len(p) - 1, nil
	}
	return s.got.Write(p)
}

func (s *sink) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.Len()
}

func TestWriterBatchesUnderLoad(t *testing.T) {
	var s sink
	w := NewWriter(&s)
	line := []byte(strings.Repeat("x", 199) + "\n")
	for range 10000 {
		if n, err := w.Write(line); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if most := 10000*len(line)/batchSize + 2; s.got.Len() != 10000*len(line) || len(s.writes) > most {
		t.Errorf("%d bytes in %d writes, want %d in at most %d", s.got.Len(), len(s.writes), 10000*len(line), most)
	}
}

func TestWriterWritesWithin50ms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sink
		w := NewWriter(&s)
		for round := 1; round <= 3; round++ {
			w.Write([]byte("a\n"))
			time.Sleep(30 * time.Millisecond)
			w.Write([]byte("b\n")) // does not start the clock anew
			if s.len() != 4*(round-1) {
				t.Errorf("round %d: %d bytes out already", round, s.len())
			}
			time.Sleep(21 * time.Millisecond)
			if s.len() != 4*round {
				t.Errorf("round %d: %d bytes out after 51 ms, want %d", round, s.len(), 4*round)
			}
		}
		w.Write([]byte("c\n"))
		if err := w.Flush(); err != nil || s.len() != 14 {
			t.Errorf("%d bytes out after Flush, want 14 (%v)", s.len(), err)
		}
		time.Sleep(time.Second)
		if w.Close(); len(s.writes) != 4 {
			t.Errorf("%d writes: an empty one among them", len(s.writes))
		}
	})
}

// Four goroutines write to a slow output. Every line arrives once, whole, in the
// order of its goroutine, and memory is bounded.
func TestWriterKeepsLinesWholeWhileBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sink{gate: make(chan struct{})}
		w := NewWriter(&s)
		var all sync.WaitGroup
		const writers, lines = 4, 3000
		for id := range writers {
			all.Go(func() {
				for n := range lines {
					fmt.Fprintf(w, "%d %d %s\n", id, n, strings.Repeat("x", 100))
				}
			})
		}
		for range 10 {
			time.Sleep(time.Second)
			w.mu.Lock()
			held := len(w.pending)
			w.mu.Unlock()
			if held > batchSize+writers*200 {
				t.Errorf("%d bytes wait", held)
			}
			s.gate <- struct{}{}
		}
		close(s.gate)
		all.Wait()
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		var next [writers]int
		for line := range strings.Lines(s.got.String()) {
			var id, n int
			if _, err := fmt.Sscanf(line, "%d %d x", &id, &n); err != nil || n != next[id] || len(strings.TrimLeft(line, "0123456789 ")) != 101 {
				t.Fatalf("line %q: %v, want number %d", line, err, next[id])
			}
			next[id]++
		}
		if next != [writers]int{lines, lines, lines, lines} {
			t.Errorf("lines that arrived: %v", next)
		}
	})
}

func TestWriteErrorsPersist(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		sink *sink
		want error
	}{{&sink{fail: broken}, broken}, {&sink{short: true}, io.ErrShortWrite}} {
		w := NewWriter(c.sink)
		if _, err := w.Write([]byte("a\n")); err != nil {
			t.Errorf("the first Write waits, but says %v", err)
		}
		if err := w.Flush(); err != c.want {
			t.Errorf("Flush: %v, want %v", err, c.want)
		}
		if n, err := w.Write([]byte("b\n")); n != 0 || err != c.want {
			t.Errorf("Write: %d, %v, want %v", n, err, c.want)
		}
		if err := w.Close(); err != c.want || len(c.sink.writes) != 1 {
			t.Errorf("Close: %v after %d writes, want %v after one", err, len(c.sink.writes), c.want)
		}
	}
}

func TestWriteErrorOfTimerIsReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		w := NewWriter(&sink{fail: broken})
		w.Write([]byte("a\n"))
		time.Sleep(time.Second)
		if _, err := w.Write([]byte("b\n")); err != broken {
			t.Errorf("Write says %v, want %v", err, broken)
		}
	})
}

func TestClosedWriterFails(t *testing.T) {
	var s sink
	w := NewWriter(&s)
	w.Write([]byte("a\n"))
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Error(err)
	}
	if _, err := w.Write([]byte("b\n")); err != os.ErrClosed || s.got.String() != "a\n" {
		t.Errorf("Write says %v, out is %q", err, s.got.String())
	}
}

func TestEmptyWriteDoesNothing(t *testing.T) {
	var s sink
	w := NewWriter(&s)
	if n, err := w.Write(nil); n != 0 || err != nil {
		t.Error(n, err)
	}
	if err := w.Close(); err != nil || len(s.writes) > 0 {
		t.Errorf("%v, %d writes", err, len(s.writes))
	}
}

func TestWriterAllocatesNothing(t *testing.T) {
	w := NewWriter(io.Discard)
	line := []byte(strings.Repeat("x", 199) + "\n")
	if n := testing.AllocsPerRun(10000, func() { w.Write(line) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	w.Close()
}

func BenchmarkWriter(b *testing.B) {
	w := NewWriter(io.Discard)
	line := []byte(strings.Repeat("x", 199) + "\n")
	for b.Loop() {
		w.Write(line)
	}
	w.Close()
}
