package lab

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Epoll is the bare loop: threads with one epoll set each, sockets used
// again, nothing read and nothing written. It is a bound, not a scanner: a
// port that stays silent for a second ends the run as neither.
func Epoll(threads, sockets int) Peer {
	return Peer{
		Name: fmt.Sprintf("bare epoll loops, %d threads", threads),
		Scan: func(to Target) (Count, error) { return epollScan(threads, sockets, to) },
	}
}

func epollScan(threads, sockets int, to Target) (Count, error) {
	// Workers and the runtime's own threads must not wait for one another.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(threads+1, runtime.GOMAXPROCS(0))))
	loops := make([]bareLoop, threads)
	errs := make([]error, threads)
	var run sync.WaitGroup
	begun, before := time.Now(), used()
	for i := range loops {
		loops[i] = bareLoop{target: to, at: i * to.Len() / threads, end: (i + 1) * to.Len() / threads}
		run.Go(func() { errs[i] = loops[i].run(sockets) })
	}
	run.Wait()
	c := Count{Asked: to.Len(), Took: time.Since(begun), CPU: used() - before}
	for i := range loops {
		c.Open += loops[i].open
		c.Closed += loops[i].closed
	}
	return c, errors.Join(errs...)
}

// bareLoop is one thread's work.
type bareLoop struct {
	epoll        int
	target       Target
	at, end      int // endpoints still to be probed
	flying       int
	open, closed int
	addr         []byte // sockaddr_in or sockaddr_in6
}

func (l *bareLoop) run(sockets int) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l.addr = rawSockaddr(l.target.Hosts[0])
	if l.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	defer unix.Close(l.epoll)
	fds := make([]int, 0, sockets)
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	for range min(sockets, l.end-l.at) {
		fd, err := l.socket()
		if err != nil {
			return err
		}
		fds = append(fds, fd)
		if err := l.next(fd); err != nil {
			return err
		}
	}
	return l.wait()
}

func (l *bareLoop) socket() (int, error) {
	domain := unix.AF_INET
	if l.target.Hosts[0].Is6() {
		domain = unix.AF_INET6
	}
	fd, err := unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	return fd, unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd,
		&unix.EpollEvent{Events: unix.EPOLLOUT | unix.EPOLLIN | unix.EPOLLET, Fd: int32(fd)})
}

// wait settles what comes until nothing flies, or nothing comes for 1 s.
func (l *bareLoop) wait() error {
	events := make([]unix.EpollEvent, 256)
	for l.flying > 0 {
		n, err := unix.EpollWait(l.epoll, events, 1000)
		if n == 0 && err == nil {
			return nil
		}
		for _, e := range events[:max(n, 0)] {
			if err := l.settle(int(e.Fd)); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle reads what came of a connect. An old event may arrive late on a
// socket that is used again: no error is not yet a connection, so the peer's
// name is asked for.
func (l *bareLoop) settle(fd int) error {
	var code int32
	size := uint32(unsafe.Sizeof(code))
	if _, _, e := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_ERROR,
		uintptr(unsafe.Pointer(&code)), uintptr(unsafe.Pointer(&size)), 0); e != 0 {
		return e
	}
	switch unix.Errno(code) {
	case unix.ECONNREFUSED:
		l.closed++
	case 0:
		var name [32]byte
		size = uint32(len(name))
		if _, _, e := unix.RawSyscall(unix.SYS_GETPEERNAME, uintptr(fd),
			uintptr(unsafe.Pointer(&name[0])), uintptr(unsafe.Pointer(&size))); e != 0 {
			return nil
		}
		l.open++
		// AF_UNSPEC ends the connection and keeps the socket.
		var none [16]byte
		unix.RawSyscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&none[0])), 16)
	}
	l.flying--
	return l.next(fd)
}

// next sends the socket to the next port. After a refusal Linux answers the
// first connect with ECONNABORTED and sends nothing: a loop that takes that
// for an answer counts half its ports unasked.
func (l *bareLoop) next(fd int) error {
	if l.at == l.end {
		return nil
	}
	to := l.target.At(l.at)
	l.addr[2], l.addr[3] = byte(to.Port()>>8), byte(to.Port())
	if ip := to.Addr().As16(); to.Addr().Is4() {
		copy(l.addr[4:], ip[12:])
	} else {
		copy(l.addr[8:], ip[:])
	}
	for range 3 {
		_, _, e := unix.RawSyscall(unix.SYS_CONNECT, uintptr(fd),
			uintptr(unsafe.Pointer(&l.addr[0])), uintptr(len(l.addr)))
		switch e {
		case unix.ECONNABORTED:
			continue
		case unix.EINPROGRESS, 0:
			l.at++
			l.flying++
			return nil
		}
		return fmt.Errorf("connect to %v: %w", to, e)
	}
	return fmt.Errorf("connect to %v: aborted each time", to)
}

// rawSockaddr writes a socket address without its port (ip(7), ipv6(7)).
func rawSockaddr(a netip.Addr) []byte {
	if a.Is4() {
		sa := unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: a.As4()}
		return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(&sa)), unsafe.Sizeof(sa))...)
	}
	sa := unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: a.As16()}
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(&sa)), unsafe.Sizeof(sa))...)
}
