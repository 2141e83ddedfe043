package cli

import (
	"io"
	"io/fs"
	"sync"
	"unicode/utf8"
)

// output is standard output. It keeps the first failure, so that a tool that
// ignores the failure does not end with status 0.
type output struct {
	mu  sync.Mutex
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	o.err = outputFailure(err)
	return n, o.err
}

// close closes the file behind o: a network file system may report only then
// that writing failed.
func (o *output) close(c io.Closer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := c.Close(); o.err == nil {
		o.err = outputFailure(err)
	}
}

func outputFailure(err error) error {
	switch {
	case err == nil:
		return nil
	case brokenPipe(err):
		// The parent of this process ignores SIGPIPE.
		return &statusError{status: statusPipe, err: err, reported: true}
	}
	return nameError("standard output", err)
}

func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// OutIsPipe reports whether standard output is a pipe. A pipe that is standard
// error too does not count: it is a log, such as cron's.
func (c *Context) OutIsPipe() bool {
	out, err := c.with.OutFile, c.Stderr
	if s, ok := err.(*errorStream); ok {
		err = s.w
	}
	return out != nil && out.Mode()&fs.ModeNamedPipe != 0 && !isFile(err, out)
}

// terminalWriter is standard output on a terminal. It escapes what could control
// the terminal, and moves the status line out of the way.
type terminalWriter struct {
	mu   sync.Mutex
	w    io.Writer
	log  *Log
	part []byte // beginning of a character that is not complete yet
	buf  []byte
}

func (t *terminalWriter) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := append(t.part, p...)
	whole := wholeRunes(text)
	t.buf = printable(t.buf[:0], text[:whole], true)
	t.part = append([]byte(nil), text[whole:]...)
	if _, err := t.log.around(func() (int, error) { return t.w.Write(t.buf) }); err != nil {
		return 0, err
	}
	return len(p), nil
}

// wholeRunes returns the length of b without an incomplete character at its end.
func wholeRunes(b []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		i := len(b) - back
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return i
			}
			break
		}
	}
	return len(b)
}
