package cli

import "os"

// Halt ends the waiting for input, once and for all. It may be used by any
// goroutine.
type Halt struct{ waited, ended *os.File } // the ends of a pipe; nil: there was none to be had

// NewHalt returns a Halt that wants to be stopped in the end.
func NewHalt() *Halt {
	r, w, err := os.Pipe()
	if err != nil {
		return &Halt{} // then nothing can be waited for: Ready says so
	}
	return &Halt{r, w}
}

// Stop makes every Ready return, those that come later too.
func (h *Halt) Stop() {
	_ = h.ended.Close() // the poll sees it
	_ = h.waited.Close()
}

// Ready waits until h is stopped or the next Read of in returns at once: with
// what has come, the end or an error. false says that the latter cannot be known
// of this input, and that a Read may take for ever.
func (in *Input) Ready(h *Halt) bool {
	if in.file == nil || h.waited == nil {
		return false
	}
	ready := false
	_ = withDescriptor(in.file, func(input int) {
		err := withDescriptor(h.waited, func(halt int) { ready = readable(input, halt) })
		ready = ready || err != nil // it has been stopped
	})
	return ready
}

// withDescriptor lends f's descriptor, which is not closed meanwhile. An error
// says that it was closed before.
func withDescriptor(f *os.File, do func(fd int)) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	return c.Control(func(fd uintptr) { do(int(fd)) })
}
