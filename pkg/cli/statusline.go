package cli

import (
	"io"
	"unicode/utf8"
)

// eraseLine moves to the first column and erases to the end of the line
// (ECMA-48, 8.3.41 EL).
const eraseLine = "\r\x1b[K"

// Status replaces the text of the status line, the last line on the terminal; ""
// removes it. It does nothing without a terminal, in the background, and while the
// user is typing.
func (l *Log) Status(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.width == nil || text == l.status && l.drawn {
		return
	}
	l.status = text
	erase := l.eraser()
	if line := erase + l.drawing(); line != "" {
		_, _ = io.WriteString(l.w, line)
	}
}

// StatusColumns returns the maximum length of the status line.
func (l *Log) StatusColumns() int { return columns(l.width) - 1 }

// pause hides the status line until resume: it would overwrite what the user
// types.
func (l *Log) pause() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	l.paused = true
}

// resume shows the status line again at the next Status.
func (l *Log) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.paused = false
}

// erase removes the status line from the screen until it is drawn again.
func (l *Log) erase() {
	if e := l.eraser(); e != "" {
		_, _ = io.WriteString(l.w, e)
	}
}

// eraser returns the bytes that erase the status line, which are about to be
// written.
func (l *Log) eraser() string {
	if !l.drawn {
		return ""
	}
	l.drawn = false
	if !l.inForeground() { // another process has drawn since
		return ""
	}
	return eraseLine
}

func (l *Log) inForeground() bool { return l.foreground == nil || l.foreground() }

// drawing returns the bytes that draw the status line, which are about to be
// written. It ends one column before the edge, where terminals would wrap it.
func (l *Log) drawing() string {
	if l.width == nil || l.status == "" || l.paused || !l.inForeground() {
		return ""
	}
	l.drawn = true
	return cutColumns(string(Printable(nil, l.status)), l.StatusColumns())
}

func columns(width func() int) int {
	if width != nil {
		if w := width(); w > 0 {
			return w
		}
	}
	return 80
}

func cutColumns(s string, n int) string {
	if n <= 0 {
		return ""
	}
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// around erases the status line, lets f write to the terminal, and draws the
// line again.
func (l *Log) around(f func() (int, error)) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	n, err := f()
	if d := l.drawing(); d != "" {
		_, _ = io.WriteString(l.w, d)
	}
	return n, err
}

// leave erases the status line before the process ends. It does not wait for a
// write that is blocked.
func (l *Log) leave() {
	if l.mu.TryLock() {
		defer l.mu.Unlock()
		l.erase()
		l.status = ""
	}
}
