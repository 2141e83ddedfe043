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

// Datagram is the transport on Linux. A few shared sockets serve all targets; their error
// queues contain the ICMP errors about each (IP_RECVERR, ip(7)). An endpoint that may reply
// from another port, or whose address floods, gets an exclusive socket.
type Datagram struct {
	sockets
	sentProbes
	unsolicited
	tokens
	clock  probe.Clock
	events [64]unix.EpollEvent
	out    outgoing
	in     incoming
	more   bool          // a socket has unread data
	early  []probe.Reply // answers that no datagram brings
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

// Now returns the time of the shared clock.
func (t *Datagram) Now() probe.Time { return t.clock.Now() }

// Send sends the requests of all attempts, those from one socket in one call.
func (t *Datagram) Send(as []*probe.Attempt) (int, error) {
	t.turn++
	for at := 0; at < len(as); {
		if t.opts.Sources.contains(as[at].To) {
			t.refuse(as[at])
			at++
			continue
		}
		n, err := t.sendBatch(as[at:])
		if at += n; err != nil {
			return at, err
		}
	}
	return len(as), nil
}

// refuse answers an attempt at a source port of this run, which is closed apart from the
// run.
func (t *Datagram) refuse(a *probe.Attempt) {
	a.Sent = t.Now()
	t.early = append(t.early, probe.Reply{
		ID: a.ID, N: a.N, At: a.Sent, Reason: endpoint.PortUnreach, From: a.To.Addr(),
	})
}

// sendBatch sends attempts as long as they use the same socket.
func (t *Datagram) sendBatch(as []*probe.Attempt) (sent int, err error) {
	defer t.out.reset()
	var first uint32
	for i, a := range as {
		if t.out.full() || t.opts.Sources.contains(a.To) {
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
			t.closeUnused(sock)
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
		return sent, kernel.SendError(e)
	}
	return sent, err
}

// choose returns the socket for an attempt: a shared one without an outstanding attempt at
// the endpoint, or an exclusive one.
func (t *Datagram) choose(a *probe.Attempt, scope uint32) (uint32, error) {
	family := kernel.FamilyOf(a.To.Addr())
	if a.Exclusive || t.floods(a.To.Addr()) || t.opts.Requests.of(a.To.Port(), a.N).FromOtherPort {
		return t.open(family, true)
	}
	shared, err := t.sharedOf(family)
	if err != nil {
		return 0, err
	}
	for i := range shared {
		sock := shared[(t.turn+i)%len(shared)]
		if !t.isOutstanding(endpointKey{hostKeyOf(a.To.Addr(), scope, sock), a.To.Port()}) {
			return sock, nil
		}
	}
	return t.open(family, true)
}

// closeUnused closes an exclusive socket whose attempt was not sent.
func (t *Datagram) closeUnused(sock uint32) {
	if t.sockets.all[sock].exclusive {
		t.sockets.close(sock)
	}
}

// flush sends the batch of a socket.
func (t *Datagram) flush(sock uint32, as []*probe.Attempt) (sent int, e syscall.Errno) {
	s := &t.sockets.all[sock]
	if s.exclusive && t.floods(as[0].To.Addr()) {
		// A connected socket receives from its endpoint only.
		if e := kernel.Connect(s.send, t.out.names[0][:t.out.headers[0].Header.Namelen]); e != 0 {
			return 0, e
		}
	}
	now := t.Now()
	for _, a := range as {
		a.Sent = now
	}
	for retries := 0; sent < len(as); {
		n, e := t.out.send(s.send, sent)
		if sent += n; e == 0 {
			continue
		}
		// A pending error of an earlier datagram fails the call once.
		if retries++; retries > 3 || e != unix.EINTR && !(s.exclusive && mayBePending(e)) {
			return sent, e
		}
	}
	return sent, 0
}

// mayBePending reports whether an errno may be about an earlier datagram.
func mayBePending(e syscall.Errno) bool {
	switch e {
	case unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.EPROTO, unix.EACCES, unix.ENOPROTOOPT, unix.EOPNOTSUPP:
		return true
	}
	return false
}

// Poll returns the replies that have arrived.
func (t *Datagram) Poll(until probe.Time, into []probe.Reply) (n int, drained bool, err error) {
	n = copy(into, t.early)
	t.early = append(t.early[:0], t.early[n:]...)
	ms := t.poller.Timeout(t.Now(), until)
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

// maxReads is how many batches of a socket are read before the next socket's.
const maxReads = 4

// readData reads datagrams. A pending error fails one call: it does not mean that the queue
// is empty.
func (t *Datagram) readData(sock uint32, pending bool, at probe.Time, into []probe.Reply) (n int) {
	for range maxReads {
		room := min(batchSize, len(into)-n)
		got, e := t.in.receive(t.sockets.all[sock].listen, room, unix.MSG_DONTWAIT)
		for i := range got {
			if t.onDatagram(sock, i, at, &into[n]) {
				n++
			}
		}
		if e != 0 && !mayBePending(e) || e == 0 && got < room && !pending {
			return n
		}
		if n == len(into) {
			break
		}
	}
	t.more = true
	return n
}

// onDatagram reports whether datagram i is a reply, and writes it to into.
func (t *Datagram) onDatagram(sock uint32, i int, at probe.Time, into *probe.Reply) bool {
	text, from, scope := t.in.datagram(i)
	if t.opts.Sources.contains(from) {
		return false
	}
	key := endpointKey{hostKeyOf(from.Addr(), scope, sock), from.Port()}
	p := t.find(key)
	switch {
	case p == nil:
		if p = t.exclusiveProbe(sock, key.hostKey); p == nil {
			return t.onUnmatched(key, from.Addr(), into)
		}
	case !t.firstReply(key):
		t.onUnsolicited(from.Addr())
	}
	p.replied = true
	*into = probe.Reply{
		ID: p.id, N: p.n, At: at, Reason: endpoint.UDPResponse, From: p.to.Addr(),
		TTL: parseMetadata(t.in.messages(i)).ttl,
		App: payload.Recognize(p.to.Port(), p.request, text, t.query(p.to)),
	}
	return true
}

// exclusiveProbe returns the attempt of an exclusive socket, to which a reply may come from
// another port.
func (t *Datagram) exclusiveProbe(sock uint32, h hostKey) *sentProbe {
	if !t.sockets.all[sock].exclusive {
		return nil
	}
	return t.onlyOne(h)
}

// onUnmatched processes a datagram from an endpoint that was not probed. If other ports of
// its address were, it may be a reply from another port (as with TFTP, RFC 1350 section 4).
// To which of them shows only when each is probed from an exclusive socket.
func (t *Datagram) onUnmatched(key endpointKey, from netip.Addr, into *probe.Reply) bool {
	t.onUnsolicited(from)
	addr, ok := t.outstandingTo(key.hostKey)
	if !ok || !t.firstReply(key) {
		return false
	}
	*into = probe.Reply{FromOtherPort: true, From: addr}
	return true
}

// onUnsolicited counts an unsolicited datagram and mutes a flooding sender.
func (t *Datagram) onUnsolicited(from netip.Addr) {
	if t.count(from) {
		t.mute(from)
	}
}

// readErrors reads ICMP errors.
func (t *Datagram) readErrors(sock uint32, at probe.Time, into []probe.Reply) (n int) {
	for range maxReads {
		room := min(batchSize, len(into)-n)
		got, e := t.in.receive(t.sockets.all[sock].listen, room, unix.MSG_DONTWAIT|unix.MSG_ERRQUEUE)
		for i := range got {
			if t.onError(sock, i, at, &into[n]) {
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

// onError reports whether error i is about an attempt, and writes the answer to into.
func (t *Datagram) onError(sock uint32, i int, at probe.Time, into *probe.Reply) bool {
	_, to, scope := t.in.datagram(i)
	p := t.find(endpointKey{hostKeyOf(to.Addr(), scope, sock), to.Port()})
	q, ok := kernel.ParseQueued(t.in.messages(i))
	if p == nil || !ok {
		return false
	}
	p.replied = true
	meta := parseMetadata(t.in.messages(i))
	reason, err := q.Judge(p.to.Addr(), meta.to)
	*into = probe.Reply{
		ID: p.id, N: p.n, At: at, Reason: reason, Err: err, From: q.Offender, TTL: meta.ttl,
		Unresolved: q.Unresolved(reason, p.to.Addr(), meta.to),
	}
	return true
}

// Forget ends an attempt.
func (t *Datagram) Forget(a *probe.Attempt) {
	if sock, ok := t.sentProbes.end(a.Handle); ok && t.sockets.all[sock].exclusive {
		t.closeExclusive(a, sock)
	}
}

// closeExclusive closes the exclusive socket of an attempt.
func (t *Datagram) closeExclusive(a *probe.Attempt, sock uint32) {
	scope, _ := t.scopes.Of(a.To.Addr())
	t.removeEnded(endpointKey{hostKeyOf(a.To.Addr(), scope, sock), a.To.Port()})
	t.sockets.close(sock)
}

// Wake ends a Poll. It may be called after Close.
func (t *Datagram) Wake() { t.poller.Wake() }

// Stats reports unlimited room.
func (t *Datagram) Stats() probe.Stats { return probe.Stats{Room: math.MaxInt} }

// Close closes the descriptors.
func (t *Datagram) Close() error {
	if t.poller.Close() {
		for i := range t.sockets.all {
			t.release(&t.sockets.all[i])
		}
	}
	return nil
}
