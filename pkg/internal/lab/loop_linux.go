package lab

import (
	"sync"

	"golang.org/x/sys/unix"
)

// loop is an epoll instance that one goroutine waits on until it is stopped.
type loop struct {
	epoll, stop int
	done        sync.WaitGroup
}

// open creates the instance. stop becomes readable when the loop shall end.
func (l *loop) open() (err error) {
	if l.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if l.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return err
	}
	return l.watch(l.stop, unix.EPOLLIN)
}

func (l *loop) watch(fd int, events uint32) error {
	return unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}

// end stops the goroutine and waits for it.
func (l *loop) end() {
	_, _ = unix.Write(l.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	l.done.Wait()
}

func (l *loop) release() {
	unix.Close(l.stop)
	unix.Close(l.epoll)
}
