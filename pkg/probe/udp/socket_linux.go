package udp

import (
	"net/netip"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

const (
	// sharedSockets is how many sockets of a family serve every target: an
	// endpoint's attempts are told apart by which of them has the answer.
	sharedSockets = 4
	// receiveBuffer is what a socket's queue is asked to hold, in bytes: answers
	// and errors share it.
	receiveBuffer = 4 << 20
	// maxFiltered is how many addresses one filter keeps out, the latest: it has
	// to fit into what the kernel grants a socket (net.core.optmem_max).
	maxFiltered = 64
)

// socket is one that attempts are made from.
type socket struct {
	family int
	listen int // where answers and errors arrive
	send   int // the same, or one beside it that never has an error
	own    bool
	port   uint16       // that it has
	filter []netip.Addr // of whom nothing is heard
}

// sockets are a transport's.
type sockets struct {
	opts   Options
	poller kernel.Poller
	scopes kernel.Scopes
	all    []socket
	vacant []uint32    // places without a socket
	shared [2][]uint32 // by family: IPv4, IPv6
	turn   int
	fds    int // descriptors in use
}

func (s *sockets) prepare(o Options) {
	s.opts, s.scopes = o, kernel.NewScopes(o.Interface)
}

func pool(family int) int {
	if family == unix.AF_INET {
		return 0
	}
	return 1
}

// common returns the shared sockets of a family.
func (s *sockets) common(family int) ([]uint32, error) {
	p := pool(family)
	if len(s.shared[p]) > 0 {
		return s.shared[p], nil
	}
	for range min(sharedSockets, max(1, s.opts.Room/8)) {
		i, err := s.open(family, false)
		if err != nil {
			if len(s.shared[p]) > 0 {
				break
			}
			return nil, err
		}
		s.shared[p] = append(s.shared[p], i)
	}
	return s.shared[p], nil
}

// open makes a socket: one with its sender beside it, or one for a single
// endpoint. probe.ErrBusy says that descriptors have to become free first.
func (s *sockets) open(family int, own bool) (uint32, error) {
	if own && s.fds >= s.opts.Room {
		return 0, probe.ErrBusy
	}
	n := socket{family: family, own: own, send: -1, listen: -1}
	err := s.bind(&n)
	if err != nil {
		s.release(&n)
		if s.fds > 0 && (err == unix.EMFILE || err == unix.ENFILE || err == unix.ENOBUFS || err == unix.ENOMEM) {
			return 0, probe.ErrBusy
		}
		return 0, err
	}
	i := uint32(len(s.all))
	if l := len(s.vacant); l > 0 {
		i = s.vacant[l-1]
	}
	if e := s.poller.Watch(n.listen, unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}); e != 0 {
		s.release(&n)
		return 0, e
	}
	if l := len(s.vacant); l > 0 {
		s.vacant = s.vacant[:l-1]
		s.all[i] = n
	} else {
		s.all = append(s.all, n)
	}
	return i, nil
}

// bind opens n's descriptors. A socket whose errors are queued (IP_RECVERR)
// ends every batch that it sends after one datagram; so a second one on the same
// port sends, and hears nothing: what arrives goes to the one bound last. The
// port is shared for just as long as that takes, so that nobody else joins.
func (s *sockets) bind(n *socket) (err error) {
	from := netip.IPv4Unspecified()
	if n.family == unix.AF_INET6 {
		from = netip.IPv6Unspecified()
	}
	if s.opts.Source.IsValid() {
		if from = s.opts.Source; kernel.FamilyOf(from) != n.family {
			return unix.EAFNOSUPPORT
		}
	}
	scope, err := s.scopes.Of(from)
	if err != nil {
		return err
	}
	if n.send, err = s.descriptor(n.family); err != nil {
		return err
	}
	var at kernel.Sockaddr
	if e := kernel.Bind(n.send, at.Set(netip.AddrPortFrom(from, 0), scope)); e != 0 {
		return e
	}
	if e := kernel.Name(n.send, &at); e != 0 {
		return e
	}
	if n.port = at.Get().Port(); s.opts.Own != nil {
		s.opts.Own.add(n.port)
	}
	if n.own {
		n.listen = n.send
		s.hear(n)
		return nil
	}
	if n.listen, err = s.descriptor(n.family); err != nil {
		return err
	}
	set(n.send, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	set(n.listen, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if e := kernel.Bind(n.listen, at.Set(netip.AddrPortFrom(from, n.port), scope)); e != 0 {
		return e
	}
	set(n.send, unix.SOL_SOCKET, unix.SO_REUSEADDR, 0)
	set(n.listen, unix.SOL_SOCKET, unix.SO_REUSEADDR, 0)
	s.hear(n)
	return nil
}

// descriptor opens one socket.
func (s *sockets) descriptor(family int) (int, error) {
	fd, e := kernel.Socket(family, unix.SOCK_DGRAM)
	if e != 0 {
		return -1, e
	}
	if family == unix.AF_INET6 {
		set(fd, unix.SOL_IPV6, unix.IPV6_V6ONLY, 1)
	}
	if name := s.opts.Interface; name != "" {
		if err := unix.BindToDevice(fd, name); err != nil {
			kernel.Close(fd)
			return -1, err
		}
	}
	s.fds++
	return fd, nil
}

// hear sets what the socket that listens tells: errors, and the time to live and
// the own address with whatever comes.
func (s *sockets) hear(n *socket) {
	level, options := unix.SOL_IP, []int{unix.IP_RECVERR, unix.IP_RECVTTL, unix.IP_PKTINFO}
	if n.family == unix.AF_INET6 {
		level, options = unix.SOL_IPV6, []int{unix.IPV6_RECVERR, unix.IPV6_RECVHOPLIMIT, unix.IPV6_RECVPKTINFO}
	}
	for _, o := range options {
		set(n.listen, level, o, 1)
	}
	set(n.listen, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	set(n.listen, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) // where this is allowed
}

func set(fd, level, name int, value int32) {
	kernel.Option(fd, level, name, unsafe.Pointer(&value), unsafe.Sizeof(value))
}

// shut closes a socket.
func (s *sockets) shut(i uint32) {
	s.release(&s.all[i])
	s.vacant = append(s.vacant, i)
}

func (s *sockets) release(n *socket) {
	if n.listen >= 0 && n.listen != n.send {
		kernel.Close(n.listen)
		s.fds--
	}
	if n.send >= 0 {
		kernel.Close(n.send)
		s.fds--
	}
	if n.port != 0 && s.opts.Own != nil {
		s.opts.Own.remove(n.port)
	}
	n.listen, n.send, n.port = -1, -1, 0
}

// deafen lets the kernel throw away what an address sends to a family's shared
// sockets. What ICMP says about it is still heard.
func (s *sockets) deafen(a netip.Addr) {
	for _, i := range s.shared[pool(kernel.FamilyOf(a))] {
		n := &s.all[i]
		n.filter = append(n.filter, a)
		n.filter = n.filter[max(0, len(n.filter)-maxFiltered):]
		raw, err := bpf.Assemble(drop(n.filter))
		if err != nil {
			continue
		}
		code := make([]unix.SockFilter, len(raw))
		for i, r := range raw {
			code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
		}
		program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
		kernel.Option(n.listen, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, unsafe.Pointer(&program), unsafe.Sizeof(program))
	}
}
