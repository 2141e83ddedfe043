package kernel

import (
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Waker is an eventfd (eventfd(2)) by which any goroutine ends a transport's
// sleep. The zero Waker is not open yet.
type Waker struct {
	mu     sync.Mutex
	fd     int
	open   bool // held by mu: the number may be another's when it is not
	closed bool
}

// Open makes the eventfd.
func (w *Waker) Open() (err error) {
	w.fd, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	w.open = err == nil
	return os.NewSyscallError("eventfd", err)
}

// FD is the descriptor to wait for.
func (w *Waker) FD() int { return w.fd }

// Wake makes the descriptor readable. It may come before Open and after Close.
func (w *Waker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open {
		one := uint64(1)
		unix.RawSyscall(unix.SYS_WRITE, uintptr(w.fd), uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
	}
}

// Clear makes the descriptor not readable again.
func (w *Waker) Clear() {
	var n uint64
	unix.RawSyscall(unix.SYS_READ, uintptr(w.fd), uintptr(unsafe.Pointer(&n)), unsafe.Sizeof(n))
}

// Close frees the descriptor, if there is one. It returns false if that was done
// before.
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
