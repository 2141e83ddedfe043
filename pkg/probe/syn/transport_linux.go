package syn

import (
	"errors"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
	"portkit/pkg/wire"
)

// Transport is a probe.Transport for one worker.
type Transport struct {
	sentProbes
	neighborTable
	key     key
	block   block
	ports   []int // descriptors bound to the ports of the block
	clock   probe.Clock
	routes  *routeCache
	scopes  kernel.Scopes
	sources []netip.Addr // source addresses of probes
	last    struct {     // the latest lookup: the next one is often for the same address
		to    netip.Addr
		scope uint32
		route *route
	}

	in           [2]ring // by family
	arp          int     // socket for ARP replies
	out          sendRing
	raw          rawSockets
	owners       []int // for each packet of the batch, its index in the current Send
	failed       int   // index of the first attempt of the current Send that was not sent
	failure      syscall.Errno
	early        []probe.Reply // answers that no packet brings
	dropped      uint64
	tableLoaded  [2]bool    // the kernel's neighbor table, by family
	routeEvents  int        // netlink socket for changes of routes
	routesPolled probe.Time // when routeEvents was read last
	waker        kernel.Waker
}

const (
	// noAttempt is the owner of a packet that belongs to no attempt of the current
	// Send.
	noAttempt = -1
	// routePollInterval is how often Send polls for changes of routes.
	routePollInterval = probe.Time(10 * time.Millisecond)
)

// Now returns the time of the shared clock.
func (t *Transport) Now() probe.Time { return t.clock.Now() }

// Send sends a SYN for every attempt, or first solicits its next hop.
func (t *Transport) Send(as []*probe.Attempt) (n int, err error) {
	now := t.Now()
	t.pollRoutes(now)
	if t.in[0].halfFull() || t.in[1].halfFull() {
		return 0, probe.ErrBusy
	}
	t.failed, t.failure = len(as), 0
	for i, a := range as {
		if err = t.enqueue(a, i, now); err != nil || t.failure != 0 {
			break
		}
		n = i + 1
	}
	t.flush()
	if t.failure != 0 && t.failed <= n {
		return t.failed, kernel.SendError(t.failure)
	}
	return n, err
}

// enqueue adds the SYN of attempt i to the batch, or queues it at its next hop.
func (t *Transport) enqueue(a *probe.Attempt, i int, now probe.Time) error {
	to := a.To.Addr()
	scope, rt, err := t.routeTo(to)
	if err != nil {
		return err
	}
	if rt.err != nil {
		delete(t.scopes, to.Zone()) // the link may have a new index
		t.last.route = nil
		if to.IsLinkLocalUnicast() && to.Is6() && to.Zone() == "" {
			return kernel.ErrNoZone
		}
		return rt.err
	}
	t.addSource(rt.source)
	c := t.key.cookie(to.As16(), a.To.Port(), scopeOf(to, uint32(rt.link.index)))
	lane, ok := t.begin(a.ID, a.N, c)
	if !ok {
		return probe.ErrBusy
	}
	a.Sent = now
	s := segment{a.To, c.seq(), t.block.first + uint16(lane*laneSize+int(a.N)%laneSize)}
	if !rt.link.ethernet {
		t.enqueueRaw(rt, s, scope, i)
		return nil
	}
	nb := t.neighbor(rt, to, now)
	if a.Queued = !nb.known; a.Queued {
		nb.queued = append(nb.queued, queuedProbe{a.ID, a.N, to})
		return nil
	}
	if !t.enqueueFrame(rt, nb, s, i) {
		return probe.ErrBusy
	}
	a.Resolved = !rt.gateway.IsValid()
	return nil
}

// segment is the content of a SYN.
type segment struct {
	to   netip.AddrPort
	seq  uint32
	from uint16
}

// routeTo returns the route to an address, and the index of the link of a link-local
// one.
func (t *Transport) routeTo(to netip.Addr) (scope uint32, rt *route, err error) {
	if to == t.last.to && t.last.route != nil {
		return t.last.scope, t.last.route, nil
	}
	if scope, err = t.scopes.Of(to); err != nil {
		return 0, nil, err
	}
	t.last.to, t.last.scope, t.last.route = to, scope, t.routes.to(to, scope)
	return scope, t.last.route, nil
}

// addSource records a source address: replies arrive there.
func (t *Transport) addSource(a netip.Addr) {
	if !t.isSource(a) {
		t.sources = append(t.sources, a)
	}
}

func (t *Transport) isSource(a netip.Addr) bool {
	for _, s := range t.sources {
		if s == a {
			return true
		}
	}
	return false
}

// appendSYN appends a SYN with its IP header.
func (t *Transport) appendSYN(b []byte, rt *route, s segment) []byte {
	to := s.to.Addr()
	b = wire.AppendIP(b, rt.source, to, wire.ProtoTCP, rt.ttl, wire.SYNSize)
	return wire.AppendSYN(b, netip.AddrPortFrom(rt.source, s.from), s.to, s.seq, maxSegment(rt.link.mtu, to))
}

// maxSegment returns the maximum segment size that a SYN offers (RFC 9293 section
// 3.7.1): what fits the link, but not below what every path has to carry.
func maxSegment(mtu int, to netip.Addr) uint16 {
	headers, least := 40, 536
	if to.Is6() {
		headers, least = 60, 1220
	}
	return uint16(min(max(mtu-headers, least), 1500-headers))
}

// enqueueFrame adds a SYN to the batch in a frame to a neighbor. It returns false if
// the ring is full.
func (t *Transport) enqueueFrame(rt *route, nb *neighbor, s segment, i int) bool {
	kind := etherType(s.to.Addr())
	frame := t.frame(rt.link, kind, i)
	if frame == nil {
		return false
	}
	t.out.commit(t.appendSYN(wire.AppendEthernet(frame, nb.mac, rt.link.mac, kind), rt, s))
	return true
}

func etherType(a netip.Addr) uint16 {
	if a.Is6() {
		return wire.EtherIPv6
	}
	return wire.EtherIPv4
}

// frame returns the buffer for the next frame, to be passed to out.commit; nil if the
// ring is full.
func (t *Transport) frame(l *link, kind uint16, owner int) []byte {
	if t.raw.n > 0 || t.out.needsFlush(l.index, kind) {
		t.flush()
	}
	frame := t.out.buffer(l.index, kind)
	if frame != nil {
		t.owners = append(t.owners, owner)
	}
	return frame
}

// enqueueRaw adds a SYN to the batch as an IP packet.
func (t *Transport) enqueueRaw(rt *route, s segment, scope uint32, i int) {
	to := s.to.Addr()
	f := familyOf(to)
	if t.out.n > 0 || t.raw.needsFlush(f) {
		t.flush()
	}
	t.owners = append(t.owners, i)
	t.raw.commit(t.appendSYN(t.raw.buffer(f), rt, s), to, scope)
}

// flush sends the batch and records the first attempt that was not sent.
func (t *Transport) flush() {
	var sent int
	var e syscall.Errno
	switch {
	case t.out.n > 0:
		sent, e = t.out.flush()
	case t.raw.n > 0:
		sent, e = t.raw.flush()
	}
	if e != 0 && t.failure == 0 {
		for _, i := range t.owners[sent:] {
			if i != noAttempt {
				t.failed, t.failure = i, e
				break
			}
		}
	}
	t.owners = t.owners[:0]
}

// pollRoutes drops what is cached if routes or links have changed.
func (t *Transport) pollRoutes(now probe.Time) {
	if now-t.routesPolled < routePollInterval {
		return
	}
	t.routesPolled = now
	if t.readRouteEvents() {
		t.routes.forget()
		t.last.route = nil
		t.neighborTable.forget()
		t.tableLoaded = [2]bool{}
	}
}

// readRouteEvents reads all events and reports whether there were any.
func (t *Transport) readRouteEvents() (any bool) {
	var buf [4096]byte
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(t.routeEvents), uintptr(ptr(buf[:])), uintptr(len(buf)),
			unix.MSG_DONTWAIT, 0, 0)
		if e == unix.EAGAIN || e == 0 && n == 0 {
			return any
		}
		any = true // also on ENOBUFS: events were lost
		if e != 0 && e != unix.ENOBUFS && e != unix.EINTR {
			return any
		}
	}
}

// Forget ends an attempt. A late reply to it is still recognized.
func (t *Transport) Forget(a *probe.Attempt) { t.end(a.ID, a.N) }

// Wake ends a Poll. It may be called after Close.
func (t *Transport) Wake() { t.waker.Wake() }

// Stats reports the packets that the kernel dropped because a ring was full.
func (t *Transport) Stats() probe.Stats { return probe.Stats{Room: 1 << 20, Dropped: t.dropped} }

// Close frees all descriptors and rings.
func (t *Transport) Close() error {
	if !t.waker.Close() {
		return nil
	}
	parallel(t.in[0].close, t.in[1].close, t.out.close, func() { closePacket(t.arp) })
	t.raw.close()
	closeAll(append(t.ports, t.routeEvents))
	if t.routes != nil {
		t.routes.handle.Close()
	}
	return nil
}

// parallel calls functions at the same time. Opening or closing a packet socket or its
// ring sleeps in the kernel for some 10 ms (synchronize_net).
func parallel(all ...func()) {
	var done sync.WaitGroup
	for _, one := range all {
		done.Go(one)
	}
	done.Wait()
}

// open opens all sockets but those of the block.
func (t *Transport) open(o Options) (err error) {
	if err = t.raw.open(o); err != nil {
		return err
	}
	var errs [4]error
	parallel(
		func() { t.out, errs[0] = openSendRing() },
		func() { t.in[0], errs[1] = openReceiveRing(unix.ETH_P_IP, t.block.filter4()) },
		func() { t.in[1], errs[2] = openReceiveRing(unix.ETH_P_IPV6, t.block.filter6()) },
		func() { t.arp, errs[3] = openARP() },
	)
	if err = errors.Join(errs[:]...); err != nil {
		return err
	}
	if t.routes, err = newRouteCache(o); err != nil {
		return err
	}
	if t.routeEvents, err = openRouteEvents(); err != nil {
		return err
	}
	return t.waker.Open()
}
