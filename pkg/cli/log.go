package cli

import (
	"fmt"
	"io"
	"sync"
)

// shownOfAKind is the number of messages of one kind that are printed. The rest
// is counted.
const shownOfAKind = 5

// Log writes messages to standard error: one line each, prefixed with the tool's
// name, without characters that could control a terminal. On a terminal it also
// shows a status line below them. It is safe for concurrent use.
type Log struct {
	mu    sync.Mutex
	name  string
	w     io.Writer
	width func() int // nil: no status line
	buf   []byte
	kinds []kindCount // in the order of their first message

	status string // text of the status line
	drawn  bool   // the status line is on the screen
	paused bool   // the user is typing on the terminal

	// foreground reports whether this process may draw on the terminal; nil: always.
	foreground func() bool
}

type kindCount struct {
	kind string
	n    int64
	next string // the first message that was not printed
}

// NewLog returns a Log that writes to w. width returns the terminal's columns; it
// is nil if w cannot show a status line.
func NewLog(name string, w io.Writer, width func() int) *Log {
	return &Log{name: name, w: w, width: width}
}

// Printf prints a message.
func (l *Log) Printf(format string, a ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.print(fmt.Sprintf(format, a...))
}

// Linef prints a message about a line, a record or anything else that may occur
// very often: the first five of a kind. Close prints the number of the others.
// kind is a plural: "unreadable lines".
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

// Close prints the numbers of messages that were not printed, and erases the
// status line. The Log remains usable.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	l.status = ""
	for _, k := range l.kinds {
		switch {
		case k.n == shownOfAKind+1:
			l.print(k.next) // as short as "1 more"
		case k.n > shownOfAKind:
			l.print(fmt.Sprintf("%d more %s (%d in all)", k.n-shownOfAKind, k.kind, k.n))
		}
	}
	l.kinds = nil
}

// count adds one to a kind. There are only a handful of kinds.
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

// print writes a line in one call, so that lines of several processes on one
// terminal do not mix. A failure cannot be reported anywhere.
func (l *Log) print(msg string) {
	l.buf = append(l.buf[:0], l.eraser()...)
	l.buf = append(l.buf, l.name...)
	l.buf = append(l.buf, ": "...)
	l.buf = Printable(l.buf, msg)
	l.buf = append(l.buf, '\n')
	l.buf = append(l.buf, l.drawing()...)
	_, _ = l.w.Write(l.buf)
}
