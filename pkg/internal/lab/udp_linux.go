package lab

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Answering is the reply of a UDP service to a datagram.
type Answering uint8

// The ways of answering.
const (
	Echo      Answering = iota // the datagram
	Twice                      // the datagram, and again after half a second
	Late                       // the datagram, after 800 ms
	Huge                       // the longest datagram there is
	Elsewhere                  // the datagram, from another port
	Forged                     // the datagram, from the same port of the address after the host's
	Flood                      // floodRate datagrams a second for about floodTime
)

const (
	floodRate = 20_000
	floodTime = 3 * time.Second
	secondAt  = 500 * time.Millisecond
	lateAt    = 800 * time.Millisecond
	longest   = 65_507 // RFC 768, over IPv4
	tick      = time.Millisecond
	maxFloods = 4 // at a time
)

// answer is udp ports and how they answer.
type answer struct {
	ports []portRange
	how   Answering
}

// Answer serves the udp ports ("53,100-199") on every address of the host, IPv4
// and IPv6. An empty datagram is answered by a byte.
func Answer(ports string, how Answering) Option {
	return func(c *config) error {
		p, err := parsePorts(ports)
		c.answer = append(c.answer, answer{p, how})
		return err
	}
}

// udpServer answers on any number of ports with one goroutine.
type udpServer struct {
	loop
	services  map[int]Answering
	elsewhere int // the socket that replies for others; -1: none
	forged    []forger
	pending   []reply
}

// forger is a socket with a port of an address that the host does not have.
type forger struct {
	fd, service int
	v6          bool
}

// reply is a datagram, or a flood of them, that is to be sent.
type reply struct {
	fd   int
	to   unix.Sockaddr
	text []byte
	own  []byte // the control message that says which address it is from
	at   time.Time
	left int // datagrams
}

// serveUDP opens the host's udp services, if it is to have any.
func (h *Host) serveUDP() error {
	if len(h.cfg.answer) == 0 {
		return nil
	}
	s := &udpServer{loop: loop{epoll: -1, stop: -1}, services: map[int]Answering{}, elsewhere: -1}
	if err := h.space.do(func() error { return s.open(h) }); err != nil {
		s.release()
		return err
	}
	h.udp = s
	s.done.Go(s.run)
	return nil
}

func (s *udpServer) open(h *Host) (err error) {
	if err := s.loop.open(); err != nil {
		return err
	}
	if s.elsewhere, err = udpSocket(netip.IPv6Unspecified(), 0); err != nil {
		return err
	}
	for _, a := range h.cfg.answer {
		for _, port := range expand(a.ports) {
			if err := s.serve(h, port, a.how); err != nil {
				return fmt.Errorf("serving udp port %d: %w", port, err)
			}
		}
	}
	return nil
}

// serve opens one port for both families.
func (s *udpServer) serve(h *Host, port uint16, how Answering) error {
	fd, err := udpSocket(netip.IPv6Unspecified(), port)
	if err != nil {
		return err
	}
	s.services[fd] = how
	for _, a := range []netip.Addr{h.Addr(), h.Addr6()} {
		if how != Forged || !a.IsValid() {
			continue
		}
		other, err := udpSocket(a.Next(), port)
		if err != nil {
			return err
		}
		s.forged = append(s.forged, forger{other, fd, a.Is6()})
	}
	return s.watch(fd, unix.EPOLLIN)
}

// udpSocket opens a socket; the IPv6 one of the unspecified address serves IPv4
// too. The address need not be the host's (IP_FREEBIND, ip(7)).
func udpSocket(a netip.Addr, port uint16) (int, error) {
	domain, level, free := unix.AF_INET, unix.SOL_IP, unix.IP_FREEBIND
	var name unix.Sockaddr = &unix.SockaddrInet4{Port: int(port)}
	if a.Is6() {
		domain, level, free = unix.AF_INET6, unix.SOL_IPV6, unix.IPV6_FREEBIND
		name = &unix.SockaddrInet6{Port: int(port), Addr: a.As16()}
	} else {
		name.(*unix.SockaddrInet4).Addr = a.As4()
	}
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	set := func(level, name, value int) {
		if err == nil {
			err = unix.SetsockoptInt(fd, level, name, value)
		}
	}
	if !a.IsUnspecified() {
		set(level, free, 1)
	} else {
		set(unix.SOL_IPV6, unix.IPV6_V6ONLY, 0)
		set(unix.SOL_IPV6, unix.IPV6_RECVPKTINFO, 1)
	}
	set(unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	set(unix.SOL_SOCKET, unix.SO_SNDBUF, 1<<20)
	if err == nil {
		err = unix.Bind(fd, name)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// run is the server's whole life: it reads what peers send, and answers when
// that is due.
func (s *udpServer) run() {
	events := make([]unix.EpollEvent, 256)
	for {
		wait := -1
		if len(s.pending) > 0 {
			wait = int(tick / time.Millisecond)
		}
		n, err := unix.EpollWait(s.epoll, events, wait)
		if err != nil && err != unix.EINTR {
			return
		}
		for _, e := range events[:max(n, 0)] {
			if int(e.Fd) == s.stop {
				return
			}
			s.read(int(e.Fd))
		}
		s.send(time.Now())
	}
}

// read answers what has come.
func (s *udpServer) read(fd int) {
	var text, own [4096]byte
	for range 256 {
		n, size, _, from, err := unix.Recvmsg(fd, text[:], own[:], 0)
		if err == unix.EAGAIN {
			return
		}
		if err == nil {
			s.answer(fd, reply{
				fd: fd, to: from, text: slices.Clone(text[:max(n, 1)]), own: slices.Clone(own[:size]),
				at: time.Now(), left: 1,
			})
		}
	}
}

// answer lets what was read by a service's socket come back as that answers.
func (s *udpServer) answer(fd int, r reply) {
	switch s.services[fd] {
	case Twice:
		again := r
		again.at = r.at.Add(secondAt)
		s.pending = append(s.pending, again)
	case Late:
		r.at = r.at.Add(lateAt)
	case Huge:
		r.text = make([]byte, longest)
	case Elsewhere:
		r.fd = s.elsewhere
	case Forged:
		s.forge(&r)
	case Flood:
		s.flood(&r)
	}
	s.pending = append(s.pending, r)
}

// flood makes a flood of the reply, unless there are some already.
func (s *udpServer) flood(r *reply) {
	floods := 0
	for _, p := range s.pending {
		if p.left > 1 {
			floods++
		}
	}
	if floods < maxFloods {
		r.left = int(floodRate * floodTime / time.Second)
	}
}

// forge lets the reply come from another address.
func (s *udpServer) forge(r *reply) {
	to := r.to.(*unix.SockaddrInet6)
	v4 := netip.AddrFrom16(to.Addr).Is4In6()
	for _, f := range s.forged {
		if f.service != r.fd || f.v6 == v4 {
			continue
		}
		r.fd, r.own = f.fd, nil
		if v4 {
			r.to = &unix.SockaddrInet4{Port: to.Port, Addr: netip.AddrFrom16(to.Addr).Unmap().As4()}
		}
		return
	}
}

// send sends what is due. A flood sends a tick's worth.
func (s *udpServer) send(now time.Time) {
	for i := range s.pending {
		r := &s.pending[i]
		if now.Before(r.at) {
			continue
		}
		for range min(r.left, int(floodRate*tick/time.Second)) {
			_, _ = unix.SendmsgN(r.fd, r.text, r.own, r.to, 0)
			r.left--
		}
		r.at = r.at.Add(tick)
	}
	s.pending = slices.DeleteFunc(s.pending, func(r reply) bool { return r.left <= 0 })
}

func (s *udpServer) close() {
	s.end()
	s.release()
}

func (s *udpServer) release() {
	for fd := range s.services {
		unix.Close(fd)
	}
	for _, f := range s.forged {
		unix.Close(f.fd)
	}
	unix.Close(s.elsewhere)
	s.loop.release()
}
