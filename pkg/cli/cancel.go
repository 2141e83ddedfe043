package cli

import "os"

// InputCanceler ends waiting for input, for good. It is safe for concurrent use.
type InputCanceler struct{ waited, ended *os.File } // the ends of a pipe; nil if there is none

// NewInputCanceler returns an InputCanceler. The caller must call Stop.
func NewInputCanceler() *InputCanceler {
	r, w, err := os.Pipe()
	if err != nil {
		return &InputCanceler{} // Ready returns false
	}
	return &InputCanceler{r, w}
}

// Stop makes every call of Ready return, now and later.
func (h *InputCanceler) Stop() {
	_ = h.ended.Close() // ends the poll
	_ = h.waited.Close()
}

// Ready waits until h is stopped, or until the next Read of in returns at once,
// with data, the end or an error. It returns false if this cannot be known of the
// input: then a Read may block forever.
func (in *Input) Ready(h *InputCanceler) bool {
	if in.file == nil || h.waited == nil {
		return false
	}
	ready := false
	_ = withDescriptor(in.file, func(input int) {
		err := withDescriptor(h.waited, func(halt int) { ready = readable(input, halt) })
		ready = ready || err != nil // stopped
	})
	return ready
}

// withDescriptor calls do with f's descriptor, which stays open meanwhile. It
// returns an error if f is closed.
func withDescriptor(f *os.File, do func(fd int)) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	return c.Control(func(fd uintptr) { do(int(fd)) })
}
