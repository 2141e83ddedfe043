package cli

import (
	"io"
	"unicode/utf8"
)

// eraseLine goes to the first column and clears to the end of the line
// (ECMA-48, 8.3.41 EL).
const eraseLine = "\r\x1b[K"

// Status puts text on the status line, the last one on the terminal, in place
// of what was there; "" removes it. It does nothing without a terminal, while
// somebody types on that, and in the background.
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

// StatusColumns returns the length to which Status cuts its text.
func (l *Log) StatusColumns() int { return columns(l.width) - 1 }

// pause takes the status line off the screen until resume: it would wipe what
// somebody types.
func (l *Log) pause() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	l.paused = true
}

// resume lets Status draw again.
func (l *Log) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.paused = false
}

// erase takes the status line off the screen until the next drawing.
func (l *Log) erase() {
	if e := l.eraser(); e != "" {
		_, _ = io.WriteString(l.w, e)
	}
}

// eraser returns what takes the status line off the screen, and notes it.
func (l *Log) eraser() string {
	if !l.drawn {
		return ""
	}
	l.drawn = false
	if !l.inForeground() { // the line is somebody else's by now
		return ""
	}
	return eraseLine
}

func (l *Log) inForeground() bool { return l.foreground == nil || l.foreground() }

// drawing returns what puts the status line on the screen, and notes it. It
// is cut one column short of the edge, where terminals would wrap it.
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

// around clears the status line, lets f write to the terminal, and draws it
// again.
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

// leave clears the status line if nobody is writing; the process is about to
// end, so it does not wait.
func (l *Log) leave() {
	if l.mu.TryLock() {
		defer l.mu.Unlock()
		l.erase()
		l.status = ""
	}
}
