package syn

import (
	"net/netip"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
	"portkit/pkg/wire"
)

// Poll hands out what came in.
func (t *Transport) Poll(until probe.Time, into []probe.Answer) (n int, drained bool, err error) {
	now := t.Now()
	t.pursue(now)
	n, drained = t.drain(now, into)
	if n > 0 || !drained || until <= now {
		return n, drained, nil
	}
	if len(t.asking) > 0 {
		until = min(until, t.asking[0].due)
	}
	if err := t.sleep(now, until); err != nil {
		return 0, false, err
	}
	now = t.Now()
	t.pursue(now)
	n, drained = t.drain(now, into)
	return n, drained, nil
}

// drain reads what is there, as far as there is room for answers.
func (t *Transport) drain(now probe.Time, into []probe.Answer) (n int, drained bool) {
	n = copy(into, t.early)
	t.early = append(t.early[:0], t.early[n:]...)
	t.readARP(now)
	wall := wallClock(now)
	drained = true
	for f := range t.in {
		r := &t.in[f]
		var in incoming
		for read := 0; r.receive(&in); read++ {
			if n == len(into) || read == inFrames {
				drained = false
				break
			}
			if in.losing {
				t.dropped += r.dropped()
			}
			if t.answer(&in, &into[n]) {
				into[n].At = wall.at(&in)
				if into[n].Reason == endpoint.SynAck {
					t.reset(&in)
				}
				n++
			}
			r.release()
		}
	}
	t.flush()
	return n, drained && len(t.early) == 0
}

// reset ends the handshake that a SYN-ACK answers. The kernel does so too, but for
// a firewall of this machine's that keeps the answer from it: one that lets in what
// was asked for has not seen a frame ask.
func (t *Transport) reset(in *incoming) {
	p, _ := wire.ParseIP(in.packet)
	h, _ := wire.ParseTCP(p.Payload, p.Size)
	y := t.ways.to(p.Src, scopeOf(p.Src, in.link))
	if y.err != nil || !y.link.frames {
		return
	}
	b := t.known[y.hop(p.Src)]
	if b == nil || !b.known {
		return
	}
	kind := etherOf(p.Src)
	if frame := t.frame(y.link, kind, nobodys); frame != nil {
		frame = wire.AppendEthernet(frame, b.mac, y.link.mac, kind)
		frame = wire.AppendIP(frame, p.Dst, p.Src, wire.ProtoTCP, y.ttl, wire.RSTSize)
		t.fill(wire.AppendRST(frame, netip.AddrPortFrom(p.Dst, h.DstPort), netip.AddrPortFrom(p.Src, h.SrcPort), h.Ack))
	}
}

// clocks is what the wall clock and the run's own showed at once.
type clocks struct {
	wall int64
	run  probe.Time
}

func wallClock(now probe.Time) clocks { return clocks{time.Now().UnixNano(), now} }

// at is when a packet came, by the run's clock. The kernel notes it by the wall
// clock, which somebody may have set since.
func (c clocks) at(in *incoming) probe.Time {
	ago := c.wall - (int64(in.sec)*int64(time.Second) + int64(in.nsec))
	if ago < 0 || ago > int64(time.Second) {
		ago = 0
	}
	return c.run - probe.Time(ago)
}

// answer says what a packet is the answer to.
func (t *Transport) answer(in *incoming, into *probe.Answer) bool {
	p, ok := wire.ParseIP(in.packet)
	if !ok || p.Src.Is4() && !wire.HeaderIntact(in.packet) {
		return false
	}
	if about, mac, ok := wire.ParseAdvertisement(&p); ok && (p.Intact() || in.unsummed) {
		t.advertised(nextHop{int(in.link), about}, mac, in.host, t.Now())
	}
	switch {
	case !in.host:
		return false
	case p.Proto == wire.ProtoTCP:
		return t.judge(in, &p, into)
	}
	return t.rejection(in, &p, into)
}

// judge judges a TCP segment. What acknowledges the SYN's number was made by
// somebody who has seen it. A bare SYN (RFC 9293 section 3.5, simultaneous open)
// acknowledges nothing: it counts by the two ports and the address, since a probe
// to that endpoint has left from the port that it comes to.
func (t *Transport) judge(in *incoming, p *wire.IP, into *probe.Answer) bool {
	h, ok := wire.ParseTCP(p.Payload, p.Size)
	i, mine := t.block.has(h.DstPort)
	if !ok || !mine || !t.isSource(p.Dst) || !in.unsummed && p.Whole() && !p.Intact() {
		return false
	}
	reason := endpoint.Reset
	switch h.Flags & (wire.FlagSYN | wire.FlagRST | wire.FlagACK) {
	case wire.FlagSYN | wire.FlagACK:
		reason = endpoint.SynAck
	case wire.FlagRST | wire.FlagACK:
	case wire.FlagSYN:
		// From an own address it is a probe of ours, to a port that we probe from.
		if t.isSource(p.Src) {
			return false
		}
		reason = endpoint.SYNReceived
	default:
		return false
	}
	hash := t.key.of(p.Src.As16(), h.SrcPort, scopeOf(p.Src, in.link))
	if h.Ack != uint32(hash)+1 && reason != endpoint.SYNReceived {
		return false
	}
	id, n, ok := t.attempt(hash, i/laneAttempts, i%laneAttempts)
	*into = probe.Answer{ID: id, N: n, Reason: reason, From: p.Src, TTL: p.TTL}
	return ok
}

// scopeOf is the link that a link-local address is on.
func scopeOf(a netip.Addr, link uint32) uint32 {
	if a.Is6() && a.IsLinkLocalUnicast() {
		return link
	}
	return 0
}

// rejection judges an ICMP error by the SYN that it quotes.
func (t *Transport) rejection(in *incoming, p *wire.IP, into *probe.Answer) bool {
	r, ok := wire.ParseRejection(p)
	if !ok || r.About.Proto != wire.ProtoTCP || !t.isSource(p.Dst) || r.About.Src != p.Dst {
		return false
	}
	if p.Whole() && !in.unsummed && !(p.Src.Is4() && wire.IntactICMP(p.Payload) || p.Src.Is6() && p.Intact()) {
		return false
	}
	h, ok := wire.ParseQuotedTCP(r.About.Payload)
	i, mine := t.block.has(h.SrcPort)
	to := r.About.Dst
	hash := t.key.of(to.As16(), h.DstPort, scopeOf(to, in.link))
	if !ok || !mine || h.Seq != uint32(hash) {
		return false
	}
	id, n, ok := t.attempt(hash, i/laneAttempts, i%laneAttempts)
	q := kernel.Queued{Proto: p.Proto, Kind: r.Kind, Code: r.Code, Offender: p.Src}
	reason, err := q.Judge(to, p.Dst)
	*into = probe.Answer{
		ID: id, N: n, Reason: reason, Err: err, From: p.Src, TTL: p.TTL,
		Unresolved: q.Unresolved(reason, to, p.Dst),
	}
	return ok
}

// readARP reads who has which address.
func (t *Transport) readARP(now probe.Time) {
	var buf [64]byte
	var from unix.RawSockaddrLinklayer
	for range inFrames {
		size := uint32(unsafe.Sizeof(from))
		n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(t.arp), uintptr(ptr(buf[:])), uintptr(len(buf)),
			unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&from)), uintptr(unsafe.Pointer(&size)))
		if e != 0 {
			return
		}
		if about, mac, ok := wire.ParseARP(buf[:n]); ok {
			t.advertised(nextHop{int(from.Ifindex), about}, mac, from.Pkttype == unix.PACKET_HOST, now)
		}
	}
}

// sleep waits until a time for a packet, for Wake or for a change of routes.
func (t *Transport) sleep(now, until probe.Time) error {
	fds := [...]unix.PollFd{
		{Fd: int32(t.in[0].fd), Events: unix.POLLIN},
		{Fd: int32(t.in[1].fd), Events: unix.POLLIN},
		{Fd: int32(t.waker.FD()), Events: unix.POLLIN},
		{Fd: int32(t.changes), Events: unix.POLLIN},
		{Fd: int32(t.arp), Events: unix.POLLIN},
	}
	const wake, changes = 2, 3
	var wait *unix.Timespec
	if until != probe.Never {
		ts := unix.NsecToTimespec(int64(max(until-now, 0)))
		wait = &ts
	}
	_, _, e := unix.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&fds[0])), uintptr(len(fds)),
		uintptr(unsafe.Pointer(wait)), 0, 0, 0)
	if e != 0 && e != unix.EINTR {
		return os.NewSyscallError("ppoll", e)
	}
	if fds[wake].Revents != 0 {
		t.waker.Clear()
	}
	if fds[changes].Revents != 0 {
		t.looked = 0
		t.notice(t.Now())
	}
	return nil
}
