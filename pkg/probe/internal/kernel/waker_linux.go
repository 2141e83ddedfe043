package kernel

import (
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Waker is an eventfd (eventfd(2)) with which any goroutine can end the sleep of a transport.
// The zero Waker is not open.
type Waker struct {
	mu     sync.Mutex
	fd     int
	open   bool // guarded by mu: after Close the number may be another file's
	closed bool
}

// Open creates the eventfd.
func (w *Waker) Open() (err error) {
	w.fd, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	w.open = err == nil
	return os.NewSyscallError("eventfd", err)
}

// FD returns the descriptor to poll.
func (w *Waker) FD() int { return w.fd }

// Wake makes the descriptor readable. It may be called before Open and after Close.
func (w *Waker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open {
		one := uint64(1)
		unix.RawSyscall(unix.SYS_WRITE, uintptr(w.fd), uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
	}
}

// Clear makes the descriptor unreadable again.
func (w *Waker) Clear() {
	var n uint64
	unix.RawSyscall(unix.SYS_READ, uintptr(w.fd), uintptr(unsafe.Pointer(&n)), unsafe.Sizeof(n))
}

// Close closes the descriptor, if it is open. It returns false if Close was called before.
func (w *Waker) Close() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	if w.open {
		Close(w.fd)
	}
	w.open, w.closed = false, true
	return true
}
