package lab

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// afterAccept is the treatment of an accepted connection.
type afterAccept uint8

const (
	holdOpen afterAccept = iota
	resetAtOnce
	closeAtOnce
)

// listen is ports to listen on and what to do with their connections.
type listen struct {
	ports []portRange
	how   afterAccept
}

// server listens on thousands of ports with one goroutine, with one socket per port.
type server struct {
	loop
	listeners map[int]afterAccept
}

// serve opens the host's listeners, if any.
func (h *Host) serve() error {
	if len(h.cfg.listen) == 0 {
		return nil
	}
	s := &server{loop: loop{epoll: -1, stop: -1}, listeners: map[int]afterAccept{}}
	err := h.space.do(func() error { return s.open(h.cfg.listen) })
	if err != nil {
		s.release()
		return err
	}
	h.server = s
	s.done.Go(s.run)
	return nil
}

func (s *server) open(all []listen) error {
	if err := s.loop.open(); err != nil {
		return err
	}
	for _, l := range all {
		for _, port := range expand(l.ports) {
			if err := s.listen(port, l.how); err != nil {
				return fmt.Errorf("listening on port %d: %w", port, err)
			}
		}
	}
	return nil
}

// listen opens one port for both families.
func (s *server) listen(port uint16, how afterAccept) error {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	s.listeners[fd] = how
	for _, opt := range [][3]int{
		{unix.SOL_SOCKET, unix.SO_REUSEADDR, 1},
		{unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0},
	} {
		if err := unix.SetsockoptInt(fd, opt[0], opt[1], opt[2]); err != nil {
			return err
		}
	}
	if err := unix.Bind(fd, &unix.SockaddrInet6{Port: int(port)}); err != nil {
		return err
	}
	if err := unix.Listen(fd, 4096); err != nil {
		return err
	}
	// Edge-triggered: a lack of descriptors must not make the loop spin.
	return s.watch(fd, unix.EPOLLIN|unix.EPOLLET)
}

// run accepts connections, reads what peers send, and closes when they do.
func (s *server) run() {
	events := make([]unix.EpollEvent, 256)
	open := map[int]bool{}
	defer func() {
		for fd := range open {
			unix.Close(fd)
		}
	}()
	for {
		n, err := unix.EpollWait(s.epoll, events, -1)
		if err != nil && err != unix.EINTR {
			return
		}
		for _, e := range events[:max(n, 0)] {
			fd := int(e.Fd)
			how, listener := s.listeners[fd]
			switch {
			case fd == s.stop:
				return
			case listener:
				s.accept(fd, how, open)
			// There may be events for a closed descriptor while a process that is being
			// started has it too (epoll(7)), and its number may have been reused.
			case open[fd] && ended(fd):
				delete(open, fd)
				unix.Close(fd)
			}
		}
	}
}

func (s *server) accept(listener int, how afterAccept, open map[int]bool) {
	for {
		fd, _, err := unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err == unix.EINTR || err == unix.ECONNABORTED {
			continue
		}
		if err != nil {
			return
		}
		if how == resetAtOnce {
			_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		}
		if how != holdOpen || s.watch(fd, unix.EPOLLIN|unix.EPOLLRDHUP) != nil {
			unix.Close(fd)
			continue
		}
		open[fd] = true
	}
}

// ended reads what has arrived and reports whether the peer has closed.
func ended(fd int) bool {
	var buf [4096]byte
	n, err := unix.Read(fd, buf[:])
	return n == 0 || (err != nil && err != unix.EAGAIN && err != unix.EINTR)
}

func (s *server) close() {
	s.end()
	s.release()
}

func (s *server) release() {
	for fd := range s.listeners {
		unix.Close(fd)
	}
	s.loop.release()
}
