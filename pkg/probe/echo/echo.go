// Package echo sends ICMP echo requests (RFC 792; RFC 4443 section 4) and reports who
// replies. It uses the system's ping sockets, which require no privileges where the
// system allows them (on Linux net.ipv4.ping_group_range, icmp(7)), or raw sockets.
package echo

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"portkit/pkg/probe"
)

const (
	// queued is the number of requests that wait for the system to accept them: those to
	// neighbors that are being resolved may fill the buffer of a socket.
	queued = 256
	// maxErrors is the number of errors in a row after which a socket is not read any
	// more. The system reports errors about single requests too.
	maxErrors = 1000
)

// Options are the parameters of a Socket.
type Options struct {
	// Source is the source address; the zero Addr lets the system choose.
	Source netip.Addr
	// Interface is the name of the interface to send through; "" lets the system
	// choose.
	Interface string
}

// Socket sends echo requests by IPv4 and IPv6. Its methods are safe for concurrent use.
type Socket struct {
	token   []byte // data of all requests, so that only replies to them are accepted
	queue   chan netip.Addr
	conns   [2]*conn // by isIPv6; nil: not available
	closing chan struct{}
	running sync.WaitGroup
}

// Open returns a Socket. It fails only if neither address family is available.
func Open(o Options) (*Socket, error) {
	s := &Socket{token: make([]byte, 8), queue: make(chan netip.Addr, queued), closing: make(chan struct{})}
	rand.Read(s.token)
	link, err := indexOf(o.Interface)
	if err != nil {
		return nil, err
	}
	var errs []error
	for i, f := range families {
		if o.Source.IsValid() && o.Source.Is6() != f.six {
			continue
		}
		c, err := f.open(o.Source, link)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		s.conns[i] = c
	}
	if s.conns == [2]*conn{} {
		return nil, errors.Join(errs...)
	}
	return s, nil
}

func indexOf(name string) (int, error) {
	if name == "" {
		return 0, nil
	}
	i, err := net.InterfaceByName(name)
	if err != nil {
		return 0, fmt.Errorf("interface %s: %w", name, err)
	}
	return i.Index, nil
}

// Start sends what Send accepts, and calls received with the sender of each reply, from
// goroutines that Close ends.
func (s *Socket) Start(received func(netip.Addr)) {
	s.running.Go(s.sendAll)
	for _, c := range s.conns {
		if c != nil {
			s.running.Go(func() { s.receiveAll(c, received) })
		}
	}
}

// Send sends a request to an address without waiting. It returns probe.ErrBusy if too
// many wait to be sent. Errors of the system are ignored: other probes report them.
func (s *Socket) Send(to netip.Addr) error {
	if s.connFor(to) == nil {
		return nil
	}
	select {
	case s.queue <- to:
		return nil
	default:
		return probe.ErrBusy
	}
}

// Close closes the sockets and waits for the goroutines.
func (s *Socket) Close() {
	close(s.closing)
	for _, c := range s.conns {
		if c != nil {
			c.Close()
		}
	}
	s.running.Wait()
}

func (s *Socket) connFor(a netip.Addr) *conn {
	if a.Is4() {
		return s.conns[0]
	}
	return s.conns[1]
}

func (s *Socket) sendAll() {
	for {
		select {
		case to := <-s.queue:
			_ = s.connFor(to).send(to, s.token)
		case <-s.closing:
			return
		}
	}
}

func (s *Socket) receiveAll(c *conn, received func(netip.Addr)) {
	for failed := 0; failed < maxErrors; {
		from, data, err := c.receive()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			failed++
			continue
		case bytes.Equal(data, s.token):
			received(from)
		}
		failed = 0
	}
}
