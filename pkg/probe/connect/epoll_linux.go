package connect

import (
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"portkit/pkg/endpoint"
	"portkit/pkg/errno"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

// New returns this system's best transport.
func New(o Options, c probe.Clock) (probe.Transport, error) { return NewEpoll(o, c) }

// Epoll is the transport on Linux: one epoll instance and non-blocking sockets that are
// reused. An attempt needs no goroutine and no allocation.
//
// After an event, calling connect again returns the result of the attempt (connect(2)): 0
// if connected, EALREADY if pending, else the errno of the failure, after which the socket
// can be used for the next attempt.
type Epoll struct {
	sockets
	clock  probe.Clock
	queue  errorQueue
	addr   kernel.Sockaddr
	events [256]unix.EpollEvent
	early  []probe.Reply // known when connect returned
}

// NewEpoll returns a transport for one worker.
func NewEpoll(o Options, c probe.Clock) (*Epoll, error) {
	t := &Epoll{clock: c, sockets: sockets{opts: o, scopes: kernel.Scopes{}}}
	if err := t.poller.Open(); err != nil {
		return nil, err
	}
	return t, nil
}

// Now returns the time of the shared clock.
func (t *Epoll) Now() probe.Time { return t.clock.Now() }

// Send connects a socket for every attempt.
func (t *Epoll) Send(as []*probe.Attempt) (int, error) {
	for i, a := range as {
		if err := t.start(a); err != nil {
			return i, err
		}
	}
	return len(as), nil
}

// start starts an attempt.
func (t *Epoll) start(a *probe.Attempt) error {
	to := a.To.Addr()
	scope, err := t.scopes.Of(to)
	if err != nil {
		return err
	}
	i, err := t.acquire(kind{kernel.FamilyOf(to), scope})
	if err != nil {
		return err
	}
	s := &t.all[i]
	s.gen++
	a.Handle = uint64(s.gen)<<32 | uint64(i+1)
	s.id, s.n, s.to = a.ID, a.N, a.To
	s.tick = t.opts.Probed.begin(a.To)
	a.Sent = t.Now()
	s.sent = a.Sent
	return t.started(i, kernel.Connect(int(s.fd), t.addr.Set(a.To, scope)))
}

// started processes the result of the first connect of an attempt. An error means that
// nothing was sent, except that loopback can already have refused the connection.
func (t *Epoll) started(i uint32, e syscall.Errno) error {
	s := &t.all[i]
	switch {
	case e == unix.EINPROGRESS:
		s.busy = true
		return nil
	case e == 0:
		t.early = append(t.early, t.connected(i, t.Now()))
		return nil
	case e == unix.ECONNREFUSED && s.to.Addr().IsLoopback():
		t.early = append(t.early, t.answer(s, t.Now(), endpoint.ConnRefused, nil))
		t.reset(i, &t.queue)
		return nil
	}
	delete(t.scopes, s.to.Addr().Zone()) // the link may have a new index
	t.reset(i, &t.queue)
	switch to := s.to.Addr(); {
	case kernel.Scarce(e) && t.outstanding() > 0:
		return probe.ErrBusy
	case e == unix.EINVAL && to.IsLinkLocalUnicast() && to.Zone() == "":
		return kernel.ErrNoZone
	}
	return e
}

// outstanding returns the number of outstanding attempts.
func (t *Epoll) outstanding() int {
	n := t.open
	for _, l := range t.idle {
		n -= len(l)
	}
	return n
}

// Poll returns the results of attempts.
func (t *Epoll) Poll(until probe.Time, into []probe.Reply) (n int, drained bool, err error) {
	n = copy(into, t.early)
	t.early = append(t.early[:0], t.early[n:]...)
	ms := t.poller.Timeout(t.Now(), until)
	if n > 0 {
		ms = 0
	}
	for n < len(into) {
		events := t.events[:min(len(t.events), len(into)-n)]
		got, e := t.poller.Wait(events, ms)
		if e != 0 {
			if e == unix.EINTR { // no events
				return n, true, nil
			}
			return n, false, os.NewSyscallError("epoll_pwait", e)
		}
		at := t.Now()
		for _, event := range events[:got] {
			if !t.poller.IsWake(event, ms) && t.onEvent(uint32(event.Fd), event.Events, at, &into[n]) {
				n++
			}
		}
		if got < len(events) {
			return n, true, nil
		}
		ms = 0
	}
	return n, false, nil
}

// onEvent writes the result of the attempt on socket i, if there is one. The event may be
// an old one, of a forgotten attempt, so it checks the current state of the socket.
func (t *Epoll) onEvent(i, events uint32, at probe.Time, into *probe.Reply) bool {
	s := &t.all[i]
	if !s.busy {
		return false
	}
	if events&(unix.EPOLLERR|unix.EPOLLHUP) != 0 && t.queue.read(int(s.fd)) {
		*into = t.queuedError(i, at)
		return true
	}
	e := kernel.Connect(int(s.fd), t.addr.Set(s.to, s.scope))
	switch e {
	case unix.EALREADY, unix.EINPROGRESS:
		return false
	case unix.ECONNREFUSED:
		*into = t.answer(s, at, endpoint.ConnRefused, nil)
		t.release(i)
		return true
	case 0, unix.EISCONN:
		*into = t.connected(i, at)
		return true
	}
	return t.failed(i, e, at, into)
}

// queuedError returns the answer for the entry that was read from the error queue.
func (t *Epoll) queuedError(i uint32, at probe.Time) probe.Reply {
	s := &t.all[i]
	var own netip.Addr
	if kernel.Name(int(s.fd), &t.addr) == 0 {
		own = t.addr.Get().Addr()
	}
	reason, err := t.queue.Judge(s.to.Addr(), own)
	a := t.answer(s, at, reason, err)
	a.Unresolved = t.queue.Unresolved(reason, s.to.Addr(), own)
	if a.From = t.queue.Offender; !a.From.IsValid() {
		a.From = own
	}
	t.reset(i, &t.queue)
	return a
}

// connected returns the answer for an established connection, and resets it.
func (t *Epoll) connected(i uint32, at probe.Time) probe.Reply {
	s := &t.all[i]
	a := t.answer(s, at, endpoint.SynAck, nil)
	if at.Sub(s.sent) >= initialRTO {
		a.RTT = measuredRTT(int(s.fd))
	}
	if err := t.checkPeer(s); err != nil {
		a = t.answer(s, at, endpoint.LocalError, err)
	}
	t.reset(i, &t.queue)
	return a
}

// checkPeer returns an error if the peer of a connection is or may be a probe's socket. It
// uses the source port alone, since a connection that was reset has nothing else.
func (t *Epoll) checkPeer(s *socket) error {
	if kernel.Name(int(s.fd), &t.addr) != 0 {
		return nil
	}
	switch own := t.addr.Get(); {
	case own == netip.AddrPortFrom(s.to.Addr().WithZone(""), s.to.Port()):
		return ErrSelf
	case s.tick != 0 && t.opts.Probed.met(own.Port(), s.tick):
		return ErrMet
	}
	return nil
}

// measuredRTT returns the RTT of an open connection as the system measured it: by
// timestamps (RFC 7323, section 4.1) if the SYN was retransmitted. 0: unknown.
func measuredRTT(fd int) time.Duration {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0
	}
	return time.Duration(info.Rtt) * time.Microsecond
}

// failed processes an attempt that failed with an errno and no entry in the error queue.
func (t *Epoll) failed(i uint32, e syscall.Errno, at probe.Time, into *probe.Reply) bool {
	reason := errno.Reason(e, endpoint.TCP)
	if e == unix.EPIPE { // the reset of a connection that was closed already
		reason = endpoint.SynAck
	}
	var err error
	if reason == endpoint.LocalError {
		err = e
	} else if reason == endpoint.SynAck {
		if err = t.checkPeer(&t.all[i]); err != nil {
			reason = endpoint.LocalError
		}
	}
	if reason != 0 {
		*into = t.answer(&t.all[i], at, reason, err)
	}
	t.reset(i, &t.queue)
	return reason != 0
}

func (t *Epoll) answer(s *socket, at probe.Time, r endpoint.Reason, err error) probe.Reply {
	return probe.Reply{ID: s.id, N: s.n, At: at, Reason: r, From: s.to.Addr(), Err: err}
}

// Forget aborts an attempt and keeps its socket for the next.
func (t *Epoll) Forget(a *probe.Attempt) {
	i := uint32(a.Handle) - 1
	if a.Handle == 0 || int(i) >= len(t.all) || t.all[i].gen != uint32(a.Handle>>32) || !t.all[i].busy {
		return
	}
	t.reset(i, &t.queue)
}

// Wake ends a Poll. It may be called after Close.
func (t *Epoll) Wake() { t.poller.Wake() }

// Stats reports the maximum number of outstanding attempts.
func (t *Epoll) Stats() probe.Stats { return probe.Stats{Room: t.opts.Room} }

// Close aborts all attempts and closes the descriptors.
func (t *Epoll) Close() error {
	if !t.poller.Close() {
		return nil
	}
	for i := range t.all {
		if t.all[i].fd >= 0 {
			kernel.Close(int(t.all[i].fd))
		}
		t.end(&t.all[i])
	}
	t.all = nil
	return nil
}
