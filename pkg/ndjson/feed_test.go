package ndjson

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// numbers parses blocks into their line numbers, some of them slowly.
func numbers(b *Block, found *[]int64) {
	*found = (*found)[:0]
	for l, ok := b.Next(); ok; l, ok = b.Next() {
		if l.No%1000 == 0 {
			time.Sleep(time.Millisecond) // finish blocks out of order
		}
		*found = append(*found, l.No)
	}
}

func TestFeedKeepsOrder(t *testing.T) {
	const lines = 20_000
	text := strings.Repeat(fmt.Sprintf("{%098d}\n", 1), lines)
	torn := errors.New("torn")
	for _, c := range []struct {
		in  io.Reader
		err error
	}{
		{strings.NewReader(text), io.EOF},
		{pieces{strings.NewReader(text), 5000}, io.EOF},
		{io.MultiReader(strings.NewReader(text), iotest.ErrReader(torn)), torn},
	} {
		feed := NewFeed(c.in, []func(*Block, *[]int64){numbers, numbers, numbers})
		want, blocks := int64(1), 0
		found, err := feed.Next()
		for ; err == nil; found, err = feed.Next() {
			blocks++
			for _, n := range *found {
				if n != want {
					t.Fatalf("line %d comes where %d should", n, want)
				}
				want++
			}
		}
		if _, again := feed.Next(); want != lines+1 || blocks < 2 || err != c.err || again != c.err {
			t.Errorf("%d lines in %d blocks, then %v and %v; want %v", want-1, blocks, err, again, c.err)
		}
	}
}

// TestFeedCloseEndsGoroutines checks that a closed Feed leaves no goroutine behind
// once its input is closed too.
func TestFeedCloseEndsGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	r, w := io.Pipe()
	feed := NewFeed(r, []func(*Block, *[]int64){numbers, numbers})
	go func() {
		for {
			if _, err := io.WriteString(w, "{}\n"); err != nil {
				return
			}
		}
	}()
	for range 3 {
		if _, err := feed.Next(); err != nil {
			t.Fatal(err)
		}
	}
	feed.Close()
	r.Close()
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 500 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond) // goroutines end when they are scheduled
	}
}
