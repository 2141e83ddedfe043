package udp

import (
	"math"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"portkit/pkg/endpoint"
	"portkit/pkg/payload"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

// New returns this system's best transport.
func New(o Options, c probe.Clock) (probe.Transport, error) { return NewDatagram(o, c) }

// Datagram is the transport of Linux: a few sockets serve every target, and
// their error queues say what ICMP said about each (IP_RECVERR, ip(7)). An
// endpoint that may answer from another port, or whose address floods, gets a
// socket of its own.
type Datagram struct {
	sockets
	sentProbes
	unsolicited
	tokens
	clock  probe.Clock
	events [64]unix.EpollEvent
	out    outgoing
	in     incoming
	more   bool           // a socket was not read to the end
	early  []probe.Answer // known without sending
}

// NewDatagram returns a transport for one worker.
func NewDatagram(o Options, c probe.Clock) (*Datagram, error) {
	t := &Datagram{
		clock:      c,
		sentProbes: newSentProbes(), unsolicited: newUnsolicited(), tokens: newTokens(), out: newOutgoing(),
	}
	t.sockets.prepare(o)
	if err := t.poller.Open(); err != nil {
		return nil, err
	}
	return t, nil
}

// Now is the time of the shared clock.
func (t *Datagram) Now() probe.Time { return t.clock.Now() }

// Send sends every attempt's request, those from one socket in one call.
func (t *Datagram) Send(as []*probe.Attempt) (int, error) {
	t.turn++
	for at := 0; at < len(as); {
		if t.opts.Own.have(as[at].To) {
			t.ownPort(as[at])
			at++
			continue
		}
		n, err := t.run(as[at:])
		if at += n; err != nil {
			return at, err
		}
	}
	return len(as), nil
}

// ownPort answers an attempt at a port that only this run has, and only for now:
// nobody else can, and without the run it would be closed.
func (t *Datagram) ownPort(a *probe.Attempt) {
	a.Sent = t.Now()
	t.early = append(t.early, probe.Answer{
		ID: a.ID, N: a.N, At: a.Sent, Reason: endpoint.PortUnreach, From: a.To.Addr(),
	})
}

// run sends attempts for as long as they are from the same socket.
func (t *Datagram) run(as []*probe.Attempt) (sent int, err error) {
	defer t.out.reset()
	var first uint32
	for i, a := range as {
		if t.out.full() || t.opts.Own.have(a.To) {
			break
		}
		var scope, sock uint32
		if scope, err = t.scopes.Of(a.To.Addr()); err == nil {
			sock, err = t.choose(a, scope)
		}
		if err != nil {
			break
		}
		if i == 0 {
			first = sock
		} else if sock != first {
			t.spare(sock)
			break
		}
		r := t.opts.Requests.of(a.To.Port(), a.N)
		a.Handle = t.sentProbes.add(endpointKey{hostKeyOf(a.To.Addr(), scope, sock), a.To.Port()}, a, r)
		t.out.add(a.To, scope, r, t.query(a.To))
	}
	n := t.out.len()
	if n == 0 {
		return 0, err
	}
	sent, e := t.flush(first, as[:n])
	if e != 0 {
		for _, a := range as[sent:n] {
			t.Forget(a)
			a.Handle = 0
		}
		return sent, trouble(e)
	}
	return sent, err
}

// choose picks the socket of an attempt: one of those that serve every target
// and that has none of the endpoint yet, or one of its own.
func (t *Datagram) choose(a *probe.Attempt, scope uint32) (uint32, error) {
	family := kernel.FamilyOf(a.To.Addr())
	if a.Exclusive || t.floods(a.To.Addr()) || t.opts.Requests.of(a.To.Port(), a.N).FromOtherPort {
		return t.open(family, true)
	}
	common, err := t.common(family)
	if err != nil {
		return 0, err
	}
	for i := range common {
		sock := common[(t.turn+i)%len(common)]
		if !t.taken(endpointKey{hostKeyOf(a.To.Addr(), scope, sock), a.To.Port()}) {
			return sock, nil
		}
	}
	return t.open(family, true)
}

// spare closes a socket that was opened for an attempt which is not made yet.
func (t *Datagram) spare(sock uint32) {
	if t.sockets.all[sock].own {
		t.shut(sock)
	}
}

// flush sends what was gathered for a socket.
func (t *Datagram) flush(sock uint32, as []*probe.Attempt) (sent int, e syscall.Errno) {
	s := &t.sockets.all[sock]
	if s.own && t.floods(as[0].To.Addr()) {
		// Connected, it hears the endpoint and nobody else.
		if e := kernel.Connect(s.send, t.out.names[0][:t.out.headers[0].header.Namelen]); e != 0 {
			return 0, e
		}
	}
	now := t.Now()
	for _, a := range as {
		a.Sent = now
	}
	for again := 0; sent < len(as); {
		n, e := t.out.send(s.send, sent)
		if sent += n; e == 0 {
			continue
		}
		// An error that came in meanwhile is told by the next call, which sends
		// nothing then.
		if again++; again > 3 || e != unix.EINTR && !(s.own && reported(e)) {
			return sent, e
		}
	}
	return sent, 0
}

// reported says that an errno may be about an earlier datagram.
func reported(e syscall.Errno) bool {
	switch e {
	case unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.EPROTO, unix.EACCES, unix.ENOPROTOOPT, unix.EOPNOTSUPP:
		return true
	}
	return false
}

// trouble is what Send says of an errno.
func trouble(e syscall.Errno) error {
	switch e {
	case unix.EAGAIN, unix.ENOBUFS, unix.ENOMEM:
		return probe.ErrBusy
	}
	return e
}

// Poll hands out what came in.
func (t *Datagram) Poll(until probe.Time, into []probe.Answer) (n int, drained bool, err error) {
	n = copy(into, t.early)
	t.early = append(t.early[:0], t.early[n:]...)
	ms := t.poller.Patience(t.Now(), until)
	if n > 0 {
		ms = 0
	}
	got, e := t.poller.Wait(t.events[:], ms)
	if e != 0 && e != unix.EINTR {
		return n, false, os.NewSyscallError("epoll_pwait", e)
	}
	at := t.Now()
	t.more = false
	for _, event := range t.events[:max(got, 0)] {
		if t.poller.IsWake(event, ms) {
			continue
		}
		if n < len(into) && event.Events&(unix.EPOLLIN|unix.EPOLLHUP) != 0 {
			n += t.readData(uint32(event.Fd), event.Events&unix.EPOLLERR != 0, at, into[n:])
		}
		if n < len(into) && event.Events&unix.EPOLLERR != 0 {
			n += t.readErrors(uint32(event.Fd), at, into[n:])
		}
	}
	return n, n < len(into) && got < len(t.events) && !t.more, nil
}

// reads is how often a socket is read before the others have their turn.
const reads = 4

// readData reads datagrams. Where something was rejected, an errno says so once,
// before those that are left.
func (t *Datagram) readData(sock uint32, rejected bool, at probe.Time, into []probe.Answer) (n int) {
	for range reads {
		room := min(most, len(into)-n)
		got, e := t.in.receive(t.sockets.all[sock].listen, room, unix.MSG_DONTWAIT)
		for i := range got {
			if t.datagram(sock, i, at, &into[n]) {
				n++
			}
		}
		if e != 0 && !reported(e) || e == 0 && got < room && !rejected {
			return n
		}
		if n == len(into) {
			break
		}
	}
	t.more = true
	return n
}

// datagram says what the i-th datagram is the answer to.
func (t *Datagram) datagram(sock uint32, i int, at probe.Time, into *probe.Answer) bool {
	text, from, scope := t.in.datagram(i)
	if t.opts.Own.have(from) {
		return false
	}
	where := endpointKey{hostKeyOf(from.Addr(), scope, sock), from.Port()}
	f := t.at(where)
	switch {
	case f == nil:
		if f = t.elsewhere(sock, where.hostKey); f == nil {
			return t.stray(where, from.Addr(), into)
		}
	case !t.heard(where):
		t.watch(from.Addr())
	}
	f.heard = true
	*into = probe.Answer{
		ID: f.id, N: f.n, At: at, Reason: endpoint.UDPResponse, From: f.to.Addr(),
		TTL: parseAbout(t.in.messages(i)).ttl,
		App: payload.Recognize(f.to.Port(), f.request, text, t.query(f.to)),
	}
	return true
}

// elsewhere is the attempt that alone has a socket at which its address answers
// from another port.
func (t *Datagram) elsewhere(sock uint32, at hostKey) *sentProbe {
	if !t.sockets.all[sock].own {
		return nil
	}
	return t.sole(at)
}

// stray is for a datagram that no attempt waits for. One from an address where
// some do may be an answer from another port (as TFTP's, RFC 1350 section 4): to
// which, is only told by asking each from a socket of its own.
func (t *Datagram) stray(where endpointKey, from netip.Addr, into *probe.Answer) bool {
	addr, ok := t.waiting(where.hostKey)
	if !ok || t.known(where) {
		t.watch(from)
		return false
	}
	t.heard(where)
	t.watch(from)
	*into = probe.Answer{FromOtherPort: true, From: addr}
	return true
}

// watch counts a datagram that is no news, and stops hearing its sender where
// there are too many.
func (t *Datagram) watch(from netip.Addr) {
	if t.unsolicited.add(from) {
		t.deafen(from)
	}
}

// readErrors reads what ICMP said.
func (t *Datagram) readErrors(sock uint32, at probe.Time, into []probe.Answer) (n int) {
	for range reads {
		room := min(most, len(into)-n)
		got, e := t.in.receive(t.sockets.all[sock].listen, room, unix.MSG_DONTWAIT|unix.MSG_ERRQUEUE)
		for i := range got {
			if t.rejection(sock, i, at, &into[n]) {
				n++
			}
		}
		if e != 0 || got < room {
			return n
		}
		if n == len(into) {
			break
		}
	}
	t.more = true
	return n
}

// rejection says what the i-th error is about.
func (t *Datagram) rejection(sock uint32, i int, at probe.Time, into *probe.Answer) bool {
	_, to, scope := t.in.datagram(i)
	f := t.at(endpointKey{hostKeyOf(to.Addr(), scope, sock), to.Port()})
	q, ok := kernel.ParseQueued(t.in.messages(i))
	if f == nil || !ok {
		return false
	}
	f.heard = true
	about := parseAbout(t.in.messages(i))
	reason, err := q.Judge(f.to.Addr(), about.own)
	*into = probe.Answer{
		ID: f.id, N: f.n, At: at, Reason: reason, Err: err, From: q.Offender, TTL: about.ttl,
		Unresolved: q.Unresolved(reason, f.to.Addr(), about.own),
	}
	return true
}

// Forget ends an attempt.
func (t *Datagram) Forget(a *probe.Attempt) {
	if sock, ok := t.sentProbes.remove(a.Handle); ok && t.sockets.all[sock].own {
		t.end(a, sock)
	}
}

// end closes an attempt's own socket.
func (t *Datagram) end(a *probe.Attempt, sock uint32) {
	scope, _ := t.scopes.Of(a.To.Addr())
	t.vacate(endpointKey{hostKeyOf(a.To.Addr(), scope, sock), a.To.Port()})
	t.shut(sock)
}

// Wake ends a Poll. It may come after Close.
func (t *Datagram) Wake() { t.poller.Wake() }

// Stats says how many attempts may be under way: as many as one likes.
func (t *Datagram) Stats() probe.Stats { return probe.Stats{Room: math.MaxInt} }

// Close frees the descriptors.
func (t *Datagram) Close() error {
	if t.poller.Close() {
		for i := range t.sockets.all {
			t.release(&t.sockets.all[i])
		}
	}
	return nil
}
