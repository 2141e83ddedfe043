package udp

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

const (
	// sharedSockets is the number of sockets per family that serve all targets. Attempts
	// at one endpoint use different ones, so that the socket of a reply identifies its attempt.
	sharedSockets = 4
	// receiveBuffer is the requested size of a socket's receive queue in bytes, which
	// replies and errors share.
	receiveBuffer = 4 << 20
	// maxFiltered is the maximum number of addresses in a filter, whose size the kernel
	// limits (net.core.optmem_max).
	maxFiltered = 64
)

// socket is a source port.
type socket struct {
	family    int
	listen    int  // descriptor for replies and errors
	send      int  // descriptor for sending: the same, or another bound to the same port
	exclusive bool // for one endpoint
	port      uint16
	filter    []netip.Addr // addresses whose datagrams are dropped
}

// sockets holds the sockets of a transport.
type sockets struct {
	opts   Options
	poller kernel.Poller
	scopes kernel.Scopes
	all    []socket
	vacant []uint32    // indexes in all without a socket
	shared [2][]uint32 // by family: IPv4, IPv6
	turn   int
	fds    int // open descriptors
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

// sharedOf returns the shared sockets of a family.
func (s *sockets) sharedOf(family int) ([]uint32, error) {
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

// open opens a shared or an exclusive socket; probe.ErrBusy if there are too few
// descriptors.
func (s *sockets) open(family int, exclusive bool) (uint32, error) {
	if exclusive && s.fds >= s.opts.Room {
		return 0, probe.ErrBusy
	}
	n := socket{family: family, exclusive: exclusive, send: -1, listen: -1}
	err := s.bind(&n)
	if err != nil {
		s.release(&n)
		if s.fds > 0 && kernel.Scarce(err) {
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

// bind opens the descriptors of n. With IP_RECVERR sendmmsg stops after every datagram, so
// a shared socket sends through a second descriptor on the same port. Datagrams arrive at
// the one that was bound last. SO_REUSEADDR is set only meanwhile, so that no other program
// can bind the port.
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
	if n.port = at.Get().Port(); s.opts.Sources != nil {
		s.opts.Sources.add(n.port)
	}
	if n.exclusive {
		n.listen = n.send
		s.receive(n)
		return nil
	}
	if n.listen, err = s.descriptor(n.family); err != nil {
		return err
	}
	kernel.SetOption(n.send, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	kernel.SetOption(n.listen, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if e := kernel.Bind(n.listen, at.Set(netip.AddrPortFrom(from, n.port), scope)); e != 0 {
		return e
	}
	kernel.SetOption(n.send, unix.SOL_SOCKET, unix.SO_REUSEADDR, 0)
	kernel.SetOption(n.listen, unix.SOL_SOCKET, unix.SO_REUSEADDR, 0)
	s.receive(n)
	return nil
}

// descriptor opens a descriptor.
func (s *sockets) descriptor(family int) (int, error) {
	fd, e := kernel.Socket(family, unix.SOCK_DGRAM)
	if e != 0 {
		return -1, e
	}
	if family == unix.AF_INET6 {
		kernel.SetOption(fd, unix.SOL_IPV6, unix.IPV6_V6ONLY, 1)
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

// receive makes a socket receive errors, and the TTL and the destination of each packet.
func (s *sockets) receive(n *socket) {
	level, options := unix.SOL_IP, []int{unix.IP_RECVERR, unix.IP_RECVTTL, unix.IP_PKTINFO}
	if n.family == unix.AF_INET6 {
		level, options = unix.SOL_IPV6, []int{unix.IPV6_RECVERR, unix.IPV6_RECVHOPLIMIT, unix.IPV6_RECVPKTINFO}
	}
	for _, o := range options {
		kernel.SetOption(n.listen, level, o, 1)
	}
	kernel.SetOption(n.listen, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	kernel.SetOption(n.listen, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) // requires CAP_NET_ADMIN
}

// close closes a socket.
func (s *sockets) close(i uint32) {
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
	if n.port != 0 && s.opts.Sources != nil {
		s.opts.Sources.remove(n.port)
	}
	n.listen, n.send, n.port = -1, -1, 0
}

// mute makes the kernel drop the datagrams of an address to the shared sockets. ICMP errors
// about it still arrive.
func (s *sockets) mute(a netip.Addr) {
	for _, i := range s.shared[pool(kernel.FamilyOf(a))] {
		n := &s.all[i]
		n.filter = append(n.filter, a)
		n.filter = n.filter[max(0, len(n.filter)-maxFiltered):]
		_ = kernel.AttachFilter(n.listen, dropFrom(n.filter)) // without it the flood is read and counted
	}
}
