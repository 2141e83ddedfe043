package connect

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

// socket is a place for a descriptor, and the attempt that it makes.
type socket struct {
	kind
	fd   int32
	gen  uint32 // counts attempts, so that a Handle of a former one matches nothing
	busy bool   // an attempt is under way
	n    uint8
	id   probe.ID
	to   netip.AddrPort
	sent probe.Time
	tick uint64 // of the attempt in opts.Own; 0 if it does not count there
}

// sockets are a transport's descriptors, at most room of them.
type sockets struct {
	opts   Options
	poller kernel.Poller
	all    []socket
	vacant []uint32        // places without a descriptor
	idle   [pools][]uint32 // the latest last: what it needs may still be in a cache
	open   int             // places with a descriptor
	scopes kernel.Scopes
}

// take returns the place of an idle socket of kind k. probe.ErrBusy says that
// one of those in use has to become idle first.
func (s *sockets) take(k kind) (uint32, error) {
	if i, ok := s.pop(k.pool()); ok {
		if s.all[i].kind == k {
			return i, nil
		}
		s.shut(i)
	}
	if s.open >= s.opts.Room && !s.shutIdle() {
		return 0, probe.ErrBusy
	}
	i, err := s.make(k)
	if err != nil && scarce(err) {
		switch {
		case s.shutIdle():
			i, err = s.make(k)
		case s.open > 0:
			err = probe.ErrBusy
		}
	}
	return i, err
}

// scarce says that an error means that there is too little of something which
// ends of attempts give back.
func scarce(err error) bool {
	switch err {
	case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
		return true
	}
	return false
}

func (s *sockets) pop(pool int) (uint32, bool) {
	l := s.idle[pool]
	if len(l) == 0 {
		return 0, false
	}
	s.idle[pool] = l[:len(l)-1]
	return l[len(l)-1], true
}

// put makes a socket idle.
func (s *sockets) put(i uint32) {
	s.end(&s.all[i])
	p := s.all[i].pool()
	s.idle[p] = append(s.idle[p], i)
}

// shutIdle frees the descriptor of an idle socket, if there is one.
func (s *sockets) shutIdle() bool {
	for p := range s.idle {
		if i, ok := s.pop(p); ok {
			s.shut(i)
			return true
		}
	}
	return false
}

// shut closes a socket that is on no list.
func (s *sockets) shut(i uint32) {
	kernel.Close(int(s.all[i].fd))
	s.all[i].fd = -1
	s.end(&s.all[i])
	s.open--
	s.vacant = append(s.vacant, i)
}

// end notes that a socket makes no attempt any more.
func (s *sockets) end(one *socket) {
	one.busy = false
	if one.tick != 0 {
		s.opts.Own.end(one.to.Port())
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
	if err := s.prepare(fd, k.family, i); err != nil {
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

// prepare sets a new socket's options. Errors that ICMP reports are kernel.Queued
// (IP_RECVERR), closing resets the connection (SO_LINGER of 0 s), and events
// are edge-triggered: a socket at rest counts as hung up, and would be an event
// at every poll. (Arming each attempt instead, with EPOLLONESHOT, took 0.3 µs of
// 13 µs more.)
func (s *sockets) prepare(fd, family int, i uint32) error {
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

// bind gives a socket the source that is wanted. Its port is left to connect:
// one port can serve many targets (IP_BIND_ADDRESS_NO_PORT).
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

// reset ends what a socket does and makes it idle. What a rejection that came
// too late has kernel.Queued is about the former attempt and goes.
func (s *sockets) reset(i uint32, queue *errorQueue) {
	fd := int(s.all[i].fd)
	if kernel.Connect(fd, kernel.Unspecified[:]) != 0 {
		s.shut(i)
		return
	}
	for range maxQueued {
		if !queue.read(fd) {
			break
		}
	}
	s.put(i)
}

// maxQueued bounds how many entries of an error queue are read: more than one
// attempt can leave.
const maxQueued = 16

// errorQueue is where entries of sockets' error queues are read to.
type errorQueue struct {
	kernel.Queued
	message unix.Msghdr
	control [256]byte
}

// read takes the next entry of a socket's error queue; false if there is none.
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
