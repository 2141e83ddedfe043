package cli

import (
	"io"
	"sync"
	"unicode/utf8"
)

// output is standard output: it remembers the first failure, so that no tool
// can end well with its output lost.
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

// close closes what is behind o, where a network file system says that it
// could not keep what it took.
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
		// Where the one who started this process has SIGPIPE ignored.
		return &statusError{status: statusPipe, err: err, said: true}
	}
	return OutputError(nameError("standard output", err))
}

func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// terminalWriter is an output that is a terminal: what could steer it is
// escaped, and the status line makes room.
type terminalWriter struct {
	mu   sync.Mutex
	w    io.Writer
	log  *Log
	part []byte // the beginning of a character whose rest has not come yet
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

// wholeRunes returns how much of b is left without a torn character at its
// end.
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
