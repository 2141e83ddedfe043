package cli

import (
	"fmt"
	"io"
	"sync"
)

// shownOfAKind is how many messages of one kind are shown before the rest
// are only counted.
const shownOfAKind = 5

// Log writes messages for people to standard error, each on a line of its own
// behind the tool's name, with everything escaped that could steer a
// terminal. On a terminal it also keeps one line of status below them. It is
// safe for several goroutines.
type Log struct {
	mu    sync.Mutex
	name  string
	w     io.Writer
	width func() int // nil: no terminal, no status line
	buf   []byte
	kinds []kindCount // in the order in which they were first met

	status string // text for the status line
	drawn  bool   // it is on the screen now
	paused bool   // somebody types on the terminal

	// foreground reports whether the terminal is this process's to draw on; nil:
	// always.
	foreground func() bool
}

type kindCount struct {
	kind string
	n    int64
	next string // the first message that was not shown
}

// NewLog returns a Log that writes to w. width is nil where w is no terminal
// that a status line can be drawn on.
func NewLog(name string, w io.Writer, width func() int) *Log {
	return &Log{name: name, w: w, width: width}
}

// Printf says something.
func (l *Log) Printf(format string, a ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.print(fmt.Sprintf(format, a...))
}

// Linef says something about a line, a record or anything else of which there
// may be very many. The first five of a kind are said, the rest counted and
// named once by Close. kind is a plural: "unreadable lines".
func (l *Log) Linef(kind, format string, a ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch k := l.count(kind); {
	case k.n <= shownOfAKind:
		l.print(fmt.Sprintf(format, a...))
	case k.n == shownOfAKind+1:
		k.next = fmt.Sprintf(format, a...)
	}
}

// Close names what was counted and not shown, and clears the status line. The
// Log can be used on.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	l.status = ""
	for _, k := range l.kinds {
		switch {
		case k.n == shownOfAKind+1:
			l.print(k.next) // no longer than to say that there is one more
		case k.n > shownOfAKind:
			l.print(fmt.Sprintf("%d more %s (%d in all)", k.n-shownOfAKind, k.kind, k.n))
		}
	}
	l.kinds = nil
}

// count adds one to a kind. There are a handful, so a list does.
func (l *Log) count(kind string) *kindCount {
	for i := range l.kinds {
		if k := &l.kinds[i]; k.kind == kind {
			k.n++
			return k
		}
	}
	l.kinds = append(l.kinds, kindCount{kind: kind, n: 1})
	return &l.kinds[len(l.kinds)-1]
}

// print writes one line in one call, so that lines of several processes on
// one terminal do not mix. There is nowhere to report a failure to.
func (l *Log) print(msg string) {
	l.buf = append(l.buf[:0], l.eraser()...)
	l.buf = append(l.buf, l.name...)
	l.buf = append(l.buf, ": "...)
	l.buf = Printable(l.buf, msg)
	l.buf = append(l.buf, '\n')
	l.buf = append(l.buf, l.drawing()...)
	_, _ = l.w.Write(l.buf)
}
