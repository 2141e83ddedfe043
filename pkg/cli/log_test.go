package cli

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

func TestStatusLine(t *testing.T) {
	var b bytes.Buffer
	l := NewLog("toy", &b, func() int { return 10 })
	out := &terminalWriter{w: &b, log: l}
	for _, c := range []struct {
		what string
		do   func()
		want string
	}{
		{"drawn", func() { l.Status("half") }, "half"},
		{"unchanged", func() { l.Status("half") }, ""},
		{"redrawn, cut at the edge", func() { l.Status("three quarters") }, "\r\x1b[Kthree qua"},
		{"out of the way of a message", func() { l.Printf("line %d", 7) }, "\r\x1b[Ktoy: line 7\nthree qua"},
		{"out of the way of output", func() { _, _ = out.Write([]byte("data\n")) }, "\r\x1b[Kdata\nthree qua"},
		{"escaped", func() { l.Status("\x1bc") }, "\r\x1b[K\\u001bc"},
		{"erased", func() { l.Status("") }, "\r\x1b[K"},
		{"gone", func() { l.Printf("end") }, "toy: end\n"},
		{"erased at the end", func() { l.Status("x"); l.Close(); l.Printf("end") }, "x\r\x1b[Ktoy: end\n"},
	} {
		b.Reset()
		c.do()
		if b.String() != c.want {
			t.Errorf("%s: %q, want %q", c.what, b.String(), c.want)
		}
	}
}

func TestNoStatusLineWithoutTerminal(t *testing.T) {
	var b bytes.Buffer
	l := NewLog("toy", &b, nil)
	l.Status("half")
	l.Printf("one\nline\x1b[2J")
	l.Close()
	if want := "toy: one\\u000aline\\u001b[2J\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestLogIsSafeForConcurrentUse(t *testing.T) {
	var b bytes.Buffer
	l := NewLog("toy", &b, func() int { return 80 })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				l.Linef("odd lines", "odd")
				l.Linef("even lines", "even")
				l.Status("working")
			}
		})
	}
	wg.Wait()
	l.Close()
	got := strings.ReplaceAll(strings.ReplaceAll(b.String(), "\r\x1b[K", ""), "working", "")
	if strings.Count(got, "toy: odd\n") != 5 || strings.Count(got, "toy: even\n") != 5 ||
		!strings.Contains(got, "toy: 795 more odd lines (800 in all)\n") ||
		!strings.HasSuffix(got, "toy: 795 more even lines (800 in all)\n") && !strings.HasSuffix(got, "toy: 795 more odd lines (800 in all)\n") {
		t.Errorf("%q", got)
	}
}

// TestStatusLineInBackground checks that the line is neither erased nor drawn in
// the background, and drawn anew in the foreground.
func TestStatusLineInBackground(t *testing.T) {
	var b bytes.Buffer
	l := NewLog("toy", &b, func() int { return 20 })
	foreground := true
	l.foreground = func() bool { return foreground }
	l.Status("half")
	foreground = false
	l.Status("three quarters")
	l.Printf("line 7")
	foreground = true
	l.Status("four fifths")
	l.Close()
	if want := "halftoy: line 7\nfour fifths\r\x1b[K"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
