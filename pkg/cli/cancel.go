package cli

import "os"

// InputCanceler ends the waiting for input, once and for all. It may be used by any
// goroutine.
type InputCanceler struct{ waited, ended *os.File } // the ends of a pipe; nil: there was none to be had

// NewInputCanceler returns a Halt that wants to be stopped in the end.
func NewInputCanceler() *InputCanceler {
	r, w, err := os.Pipe()
	if err != nil {
		return &InputCanceler{} // then nothing can be waited for: Ready says so
	}
	return &InputCanceler{r, w}
}

// Stop makes every Ready return, those that come later too.
func (h *InputCanceler) Stop() {
	_ = h.ended.Close() // the poll sees it
	_ = h.waited.Close()
}

// Ready waits until h is stopped or the next Read of in returns at once: with
// what has come, the end or an error. false says that the latter cannot be known
// of this input, and that a Read may take for ever.
func (in *Input) Ready(h *InputCanceler) bool {
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
