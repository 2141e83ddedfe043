package kernel

import (
	"math"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
)

// Poller is an epoll instance (epoll(7)) with a Waker. Only Wake may be called by other
// goroutines than the one that waits.
type Poller struct {
	Waker
	epoll int
	woken bool // by a Wake during a Wait that did not sleep: the next one must not
}

// wakeEvent is the number of the Waker's event, which no socket has.
const wakeEvent = -1

// Open creates the epoll instance and the eventfd.
func (p *Poller) Open() (err error) {
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if err = p.Waker.Open(); err == nil {
		// Edge-triggered, the eventfd need not be read: every write is an event.
		e := p.Watch(p.FD(), unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: wakeEvent})
		if e == 0 {
			return nil
		}
		err = os.NewSyscallError("epoll_ctl", e)
	}
	p.Close()
	return err
}

// Close closes both. It returns false if they were closed before.
func (p *Poller) Close() bool {
	first := p.Waker.Close()
	if first {
		Close(p.epoll)
	}
	return first
}

// Watch adds a descriptor. Its events have the number of e.
func (p *Poller) Watch(fd int, e unix.EpollEvent) syscall.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.epoll), unix.EPOLL_CTL_ADD, uintptr(fd),
		uintptr(unsafe.Pointer(&e)), 0, 0)
	return errno
}

// Timeout returns the timeout for Wait in ms: from now until a time, 0 after a Wake;
// negative: no timeout.
func (p *Poller) Timeout(now, until probe.Time) int {
	if until == probe.Never && !p.woken {
		return -1
	}
	wait := until.Sub(now)
	if wait <= 0 || p.woken {
		p.woken = false
		return 0
	}
	return int(min((wait+time.Millisecond-1)/time.Millisecond, math.MaxInt32))
}

// Wait waits for events, at most ms milliseconds.
func (p *Poller) Wait(events []unix.EpollEvent, ms int) (int, syscall.Errno) {
	if ms == 0 {
		n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.epoll), uintptr(unsafe.Pointer(&events[0])),
			uintptr(len(events)), 0, 0, 0)
		return int(n), e
	}
	n, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.epoll), uintptr(unsafe.Pointer(&events[0])),
		uintptr(len(events)), uintptr(ms), 0, 0)
	return int(n), e
}

// IsWake reports whether an event of a Wait of ms milliseconds is a Wake. One that met a Wait
// that did not sleep ends the next one.
func (p *Poller) IsWake(event unix.EpollEvent, ms int) bool {
	if event.Fd != wakeEvent {
		return false
	}
	p.woken = ms == 0
	return true
}
