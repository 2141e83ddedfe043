package connect

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

// socket is a descriptor and its current attempt.
type socket struct {
	kind
	fd   int32
	gen  uint32 // number of the attempt, so that an old Handle does not match
	busy bool   // an attempt is outstanding
	n    uint8
	id   probe.ID
	to   netip.AddrPort
	sent probe.Time
	tick uint64 // number of the attempt in opts.Probed; 0 if it is not recorded
}

// sockets holds the sockets of a transport, at most opts.Room.
type sockets struct {
	opts   Options
	poller kernel.Poller
	all    []socket
	vacant []uint32        // indexes in all without a descriptor
	idle   [pools][]uint32 // the most recently used, whose memory may be cached, is last
	open   int             // number of descriptors
	scopes kernel.Scopes
}

// acquire returns an idle socket of kind k; probe.ErrBusy if all are in use.
func (s *sockets) acquire(k kind) (uint32, error) {
	if i, ok := s.pop(k.pool()); ok {
		if s.all[i].kind == k {
			return i, nil
		}
		s.close(i)
	}
	if s.open >= s.opts.Room && !s.closeIdle() {
		return 0, probe.ErrBusy
	}
	i, err := s.make(k)
	if err != nil && kernel.Scarce(err) {
		switch {
		case s.closeIdle():
			i, err = s.make(k)
		case s.open > 0:
			err = probe.ErrBusy
		}
	}
	return i, err
}

func (s *sockets) pop(pool int) (uint32, bool) {
	l := s.idle[pool]
	if len(l) == 0 {
		return 0, false
	}
	s.idle[pool] = l[:len(l)-1]
	return l[len(l)-1], true
}

// release makes a socket idle.
func (s *sockets) release(i uint32) {
	s.end(&s.all[i])
	p := s.all[i].pool()
	s.idle[p] = append(s.idle[p], i)
}

// closeIdle closes an idle socket and reports whether there was one.
func (s *sockets) closeIdle() bool {
	for p := range s.idle {
		if i, ok := s.pop(p); ok {
			s.close(i)
			return true
		}
	}
	return false
}

// close closes a socket that is not idle.
func (s *sockets) close(i uint32) {
	kernel.Close(int(s.all[i].fd))
	s.all[i].fd = -1
	s.end(&s.all[i])
	s.open--
	s.vacant = append(s.vacant, i)
}

// end records the end of a socket's attempt.
func (s *sockets) end(one *socket) {
	one.busy = false
	if one.tick != 0 {
		s.opts.Probed.end(one.to.Port())
		one.tick = 0
	}
}

// make opens a socket of kind k.
func (s *sockets) make(k kind) (uint32, error) {
	fd, e := kernel.Socket(k.family, unix.SOCK_STREAM)
	if e != 0 {
		return 0, e
	}
	i := uint32(len(s.all))
	if n := len(s.vacant); n > 0 {
		i = s.vacant[n-1]
	}
	if err := s.configure(fd, k.family, i); err != nil {
		kernel.Close(fd)
		return 0, err
	}
	if n := len(s.vacant); n > 0 {
		s.vacant = s.vacant[:n-1]
	} else {
		s.all = append(s.all, socket{})
	}
	s.all[i].fd, s.all[i].kind = int32(fd), k
	s.open++
	return i, nil
}

// configure sets the options of a new socket: ICMP errors are queued (IP_RECVERR),
// closing resets the connection (SO_LINGER of 0 s), and events are edge-triggered, since
// an idle socket has EPOLLHUP all the time. (EPOLLONESHOT for each attempt costs 0.3 µs
// of 13 µs more.)
func (s *sockets) configure(fd, family int, i uint32) error {
	level, option := unix.SOL_IP, unix.IP_RECVERR
	if family == unix.AF_INET6 {
		level, option = unix.SOL_IPV6, unix.IPV6_RECVERR
	}
	one, linger := int32(1), unix.Linger{Onoff: 1}
	if e := kernel.Option(fd, level, option, unsafe.Pointer(&one), unsafe.Sizeof(one)); e != 0 {
		return e
	}
	if e := kernel.Option(fd, unix.SOL_SOCKET, unix.SO_LINGER, unsafe.Pointer(&linger), unsafe.Sizeof(linger)); e != 0 {
		return e
	}
	if err := s.bind(fd, family); err != nil {
		return err
	}
	event := unix.EpollEvent{Events: unix.EPOLLOUT | unix.EPOLLET, Fd: int32(i)}
	if e := s.poller.Watch(fd, event); e != 0 {
		return e
	}
	return nil
}

// bind binds a socket to the interface and the source address of the options. The port is
// chosen by connect, so that one port can serve many targets (IP_BIND_ADDRESS_NO_PORT).
func (s *sockets) bind(fd, family int) error {
	if name := s.opts.Interface; name != "" {
		if err := unix.BindToDevice(fd, name); err != nil {
			return err
		}
	}
	if !s.opts.Source.IsValid() {
		return nil
	}
	one := int32(1)
	if e := kernel.Option(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, unsafe.Pointer(&one), unsafe.Sizeof(one)); e != 0 {
		return e
	}
	if family != kernel.FamilyOf(s.opts.Source) {
		return unix.EAFNOSUPPORT
	}
	scope, err := s.scopes.Of(s.opts.Source)
	if err != nil {
		return err
	}
	var addr kernel.Sockaddr
	if e := kernel.Bind(fd, addr.Set(netip.AddrPortFrom(s.opts.Source, 0), scope)); e != 0 {
		return e
	}
	return nil
}

// reset aborts the attempt of a socket and makes it idle. Queued errors belong to that
// attempt and are discarded.
func (s *sockets) reset(i uint32, queue *errorQueue) {
	fd := int(s.all[i].fd)
	if kernel.Connect(fd, kernel.Unspecified[:]) != 0 {
		s.close(i)
		return
	}
	for range maxQueued {
		if !queue.read(fd) {
			break
		}
	}
	s.release(i)
}

// maxQueued is more entries of an error queue than one attempt can cause.
const maxQueued = 16

// errorQueue is a buffer for entries of sockets' error queues.
type errorQueue struct {
	kernel.Queued
	message unix.Msghdr
	control [256]byte
}

// read reads the next entry of a socket's error queue; false if there is none.
func (q *errorQueue) read(fd int) bool {
	q.message.Control = &q.control[0]
	q.message.SetControllen(len(q.control))
	if kernel.Receive(fd, &q.message, unix.MSG_ERRQUEUE) != 0 {
		return false
	}
	var ok bool
	q.Queued, ok = kernel.ParseQueued(q.control[:q.message.Controllen])
	return ok
}
