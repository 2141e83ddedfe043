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

// Poll returns the replies that have arrived, and sends due solicitations.
func (t *Transport) Poll(until probe.Time, into []probe.Reply) (n int, drained bool, err error) {
	now := t.Now()
	t.retrySolicits(now)
	n, drained = t.drain(now, into)
	if n > 0 || !drained || until <= now {
		return n, drained, nil
	}
	if t.solicitations.Len() > 0 {
		until = min(until, t.solicitations.First())
	}
	if err := t.sleep(now, until); err != nil {
		return 0, false, err
	}
	now = t.Now()
	t.retrySolicits(now)
	n, drained = t.drain(now, into)
	return n, drained, nil
}

// drain reads the rings until they are empty or into is full.
func (t *Transport) drain(now probe.Time, into []probe.Reply) (n int, drained bool) {
	n = copy(into, t.early)
	t.early = append(t.early[:0], t.early[n:]...)
	t.readARP(now)
	clock := readClocks(now)
	drained = true
	for f := range t.in {
		r := &t.in[f]
		var in incoming
		for read := 0; r.receive(&in); read++ {
			if n == len(into) || read == inFrames {
				drained = false
				break
			}
			if in.afterDrops {
				t.dropped += r.dropped()
			}
			if t.parseReply(&in, &into[n]) {
				into[n].At = clock.arrival(&in)
				if into[n].Reason == endpoint.SynAck {
					t.sendReset(&in)
				}
				n++
			}
			r.release()
		}
	}
	t.flush()
	return n, drained && len(t.early) == 0
}

// sendReset ends the handshake that a SYN-ACK answers. The kernel usually does so too,
// but a stateful firewall on this machine has not seen the SYN in our frame and may drop
// the SYN-ACK.
func (t *Transport) sendReset(in *incoming) {
	p, _ := wire.ParseIP(in.packet)
	h, _ := wire.ParseTCP(p.Payload, p.Size)
	rt := t.routes.to(p.Src, scopeOf(p.Src, in.link))
	if rt.err != nil || !rt.link.ethernet {
		return
	}
	nb := t.neighbors[rt.nextHop(p.Src)]
	if nb == nil || !nb.known {
		return
	}
	kind := etherType(p.Src)
	if frame := t.frame(rt.link, kind, noAttempt); frame != nil {
		frame = wire.AppendEthernet(frame, nb.mac, rt.link.mac, kind)
		frame = wire.AppendIP(frame, p.Dst, p.Src, wire.ProtoTCP, rt.ttl, wire.RSTSize)
		t.out.commit(wire.AppendRST(frame, netip.AddrPortFrom(p.Dst, h.DstPort), netip.AddrPortFrom(p.Src, h.SrcPort), h.Ack))
	}
}

// clocks is a moment by the wall clock and by the run's clock.
type clocks struct {
	wall int64 // Unix time in ns
	run  probe.Time
}

func readClocks(now probe.Time) clocks { return clocks{time.Now().UnixNano(), now} }

// arrival returns when a packet arrived by the run's clock. The kernel's timestamp is of
// the wall clock: if that was set meanwhile, the packet counts as just arrived.
func (c clocks) arrival(in *incoming) probe.Time {
	ago := c.wall - (int64(in.sec)*int64(time.Second) + int64(in.nsec))
	if ago < 0 || ago > int64(time.Second) {
		ago = 0
	}
	return c.run - probe.Time(ago)
}

// parseReply reports whether a packet is a reply to a probe, and writes it to into.
func (t *Transport) parseReply(in *incoming, into *probe.Reply) bool {
	p, ok := wire.ParseIP(in.packet)
	if !ok || p.Src.Is4() && !wire.HeaderIntact(in.packet) {
		return false
	}
	if about, mac, ok := wire.ParseAdvertisement(&p); ok && (p.Intact() || in.noChecksum) {
		t.onAdvertisement(nextHop{int(in.link), about}, mac, in.toUs, t.Now())
	}
	switch {
	case !in.toUs:
		return false
	case p.Proto == wire.ProtoTCP:
		return t.parseTCP(in, &p, into)
	}
	return t.parseICMP(in, &p, into)
}

// parseTCP reports whether a TCP segment is a reply: it has to acknowledge the cookie. A
// bare SYN (RFC 9293 section 3.5, simultaneous open) acknowledges nothing; it is matched
// by its ports and address, from which a probe to that endpoint left.
func (t *Transport) parseTCP(in *incoming, p *wire.IP, into *probe.Reply) bool {
	h, ok := wire.ParseTCP(p.Payload, p.Size)
	i, ours := t.block.find(h.DstPort)
	if !ok || !ours || !t.isSource(p.Dst) || !in.noChecksum && p.Whole() && !p.Intact() {
		return false
	}
	reason := endpoint.Reset
	switch h.Flags & (wire.FlagSYN | wire.FlagRST | wire.FlagACK) {
	case wire.FlagSYN | wire.FlagACK:
		reason = endpoint.SynAck
	case wire.FlagRST | wire.FlagACK:
	case wire.FlagSYN:
		// From an own address it is our own probe, to one of our source ports.
		if t.isSource(p.Src) {
			return false
		}
		reason = endpoint.SYNReceived
	default:
		return false
	}
	c := t.key.cookie(p.Src.As16(), h.SrcPort, scopeOf(p.Src, in.link))
	if !c.acknowledged(h.Ack) && reason != endpoint.SYNReceived {
		return false
	}
	id, n, ok := t.attempt(c, i/laneSize, i%laneSize)
	*into = probe.Reply{ID: id, N: n, Reason: reason, From: p.Src, TTL: p.TTL}
	return ok
}

// scopeOf returns the link of a link-local address, else 0.
func scopeOf(a netip.Addr, link uint32) uint32 {
	if a.Is6() && a.IsLinkLocalUnicast() {
		return link
	}
	return 0
}

// parseICMP reports whether a packet is an ICMP error about a probe: it has to quote the
// cookie.
func (t *Transport) parseICMP(in *incoming, p *wire.IP, into *probe.Reply) bool {
	r, ok := wire.ParseRejection(p)
	if !ok || r.About.Proto != wire.ProtoTCP || !t.isSource(p.Dst) || r.About.Src != p.Dst {
		return false
	}
	if p.Whole() && !in.noChecksum && !(p.Src.Is4() && wire.IntactICMP(p.Payload) || p.Src.Is6() && p.Intact()) {
		return false
	}
	h, ok := wire.ParseQuotedTCP(r.About.Payload)
	i, ours := t.block.find(h.SrcPort)
	to := r.About.Dst
	c := t.key.cookie(to.As16(), h.DstPort, scopeOf(to, in.link))
	if !ok || !ours || !c.quoted(h.Seq) {
		return false
	}
	id, n, ok := t.attempt(c, i/laneSize, i%laneSize)
	q := kernel.Queued{Proto: p.Proto, Kind: r.Kind, Code: r.Code, Offender: p.Src}
	reason, err := q.Judge(to, p.Dst)
	*into = probe.Reply{
		ID: id, N: n, Reason: reason, Err: err, From: p.Src, TTL: p.TTL,
		Unresolved: q.Unresolved(reason, to, p.Dst),
	}
	return ok
}

// readARP processes the ARP replies that have arrived.
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
			t.onAdvertisement(nextHop{int(from.Ifindex), about}, mac, from.Pkttype == unix.PACKET_HOST, now)
		}
	}
}

// sleep waits until a time, a packet, Wake or a change of routes.
func (t *Transport) sleep(now, until probe.Time) error {
	fds := [...]unix.PollFd{
		{Fd: int32(t.in[0].fd), Events: unix.POLLIN},
		{Fd: int32(t.in[1].fd), Events: unix.POLLIN},
		{Fd: int32(t.waker.FD()), Events: unix.POLLIN},
		{Fd: int32(t.routeEvents), Events: unix.POLLIN},
		{Fd: int32(t.arp), Events: unix.POLLIN},
	}
	const wake, routes = 2, 3
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
	if fds[routes].Revents != 0 {
		t.routesPolled = 0
		t.pollRoutes(t.Now())
	}
	return nil
}
