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

// Transport asks by SYN, for one worker.
type Transport struct {
	flights
	neighborTable
	key     key
	block   block
	ports   []int // descriptors that hold the block
	clock   probe.Clock
	ways    *routeCache
	scopes  kernel.Scopes
	sources []netip.Addr // that were asked from
	last    struct {     // what was asked last, for it is often asked next
		to    netip.Addr
		scope uint32
		way   *route
	}

	in        [2]ring // by family
	arp       int     // a socket that hears answers of ARP
	out       outbox
	raw       rawSockets
	whose     []int // of what was gathered, the attempt of the present Send
	failed    int   // the first attempt of the present Send that did not leave
	failure   syscall.Errno
	early     []probe.Answer // known without a packet
	dropped   uint64
	tableRead [2]bool

	changes int        // a netlink socket that hears of changes
	looked  probe.Time // when it was read last
	waker   kernel.Waker
}

const (
	// nobodys is a packet that belongs to no attempt of the present Send.
	nobodys = -1
	// lookEvery is how often changes of routes are looked for.
	lookEvery = probe.Time(10 * time.Millisecond)
)

// Now is the time of the shared clock.
func (t *Transport) Now() probe.Time { return t.clock.Now() }

// Send sends a SYN for every attempt, or asks first for the neighbor through
// whom it goes.
func (t *Transport) Send(as []*probe.Attempt) (n int, err error) {
	now := t.Now()
	t.notice(now)
	if t.in[0].crowded() || t.in[1].crowded() {
		return 0, probe.ErrBusy
	}
	t.failed, t.failure = len(as), 0
	for i, a := range as {
		if err = t.place(a, i, now); err != nil || t.failure != 0 {
			break
		}
		n = i + 1
	}
	t.flush()
	if t.failure != 0 && t.failed <= n {
		return t.failed, trouble(t.failure)
	}
	return n, err
}

// place puts an attempt's packet where it leaves from.
func (t *Transport) place(a *probe.Attempt, i int, now probe.Time) error {
	to := a.To.Addr()
	scope, y, err := t.wayTo(to)
	if err != nil {
		return err
	}
	if y.err != nil {
		delete(t.scopes, to.Zone()) // the link may have a new index
		t.last.way = nil
		if to.IsLinkLocalUnicast() && to.Is6() && to.Zone() == "" {
			return errNoZone
		}
		return y.err
	}
	t.addSource(y.source)
	hash := t.key.of(to.As16(), a.To.Port(), scopeOf(to, uint32(y.link.index)))
	lane, ok := t.begin(a.ID, a.N, hash)
	if !ok {
		return probe.ErrBusy
	}
	a.Sent = now
	s := segment{a.To, uint32(hash), t.block.first + uint16(lane*laneAttempts+int(a.N)%laneAttempts)}
	if !y.link.frames {
		t.rawSYN(y, s, scope, i)
		return nil
	}
	b := t.neighbor(y, to, now)
	if a.Queued = !b.known; a.Queued {
		b.waiting = append(b.waiting, waiting{a.ID, a.N, to})
		return nil
	}
	if !t.frameSYN(y, b, s, i) {
		return probe.ErrBusy
	}
	a.Resolved = !y.gateway.IsValid()
	return nil
}

// segment is what stands in a SYN.
type segment struct {
	to   netip.AddrPort
	seq  uint32
	from uint16
}

// wayTo returns the way to an address, and its link where it is local to one.
func (t *Transport) wayTo(to netip.Addr) (scope uint32, y *route, err error) {
	if to == t.last.to && t.last.way != nil {
		return t.last.scope, t.last.way, nil
	}
	if scope, err = t.scopes.Of(to); err != nil {
		return 0, nil, err
	}
	t.last.to, t.last.scope, t.last.way = to, scope, t.ways.to(to, scope)
	return scope, t.last.way, nil
}

// addSource notes an address that is asked from: answers come there.
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

// appendSYN appends the packet of an attempt.
func (t *Transport) appendSYN(b []byte, y *route, s segment) []byte {
	to := s.to.Addr()
	b = wire.AppendIP(b, y.source, to, wire.ProtoTCP, y.ttl, wire.SYNSize)
	return wire.AppendSYN(b, netip.AddrPortFrom(y.source, s.from), s.to, s.seq, largest(y.link.mtu, to))
}

// largest is the largest segment that fits a link, as a SYN offers it (RFC 9293
// section 3.7.1), within what every path has to take.
func largest(mtu int, to netip.Addr) uint16 {
	head, least := 40, 536
	if to.Is6() {
		head, least = 60, 1220
	}
	return uint16(min(max(mtu-head, least), 1500-head))
}

// frameSYN adds an attempt's packet, in a frame for a neighbor, to what leaves
// next; false where there is no room.
func (t *Transport) frameSYN(y *route, b *neighbor, s segment, i int) bool {
	kind := etherOf(s.to.Addr())
	frame := t.frame(y.link, kind, i)
	if frame == nil {
		return false
	}
	t.fill(t.appendSYN(wire.AppendEthernet(frame, b.mac, y.link.mac, kind), y, s))
	return true
}

// etherOf is what a frame to an address carries.
func etherOf(a netip.Addr) uint16 {
	if a.Is6() {
		return wire.EtherIPv6
	}
	return wire.EtherIPv4
}

// frame is where the next frame goes; nil where there is no room. fill takes it
// over.
func (t *Transport) frame(l *link, kind uint16, whose int) []byte {
	if t.raw.n > 0 || t.out.full(l.index, kind) {
		t.flush()
	}
	frame := t.out.packet(l.index, kind)
	if frame != nil {
		t.whose = append(t.whose, whose)
	}
	return frame
}

func (t *Transport) fill(frame []byte) { t.out.fill(frame) }

// rawSYN adds an attempt's packet to what the kernel is given next.
func (t *Transport) rawSYN(y *route, s segment, scope uint32, i int) {
	to := s.to.Addr()
	f := familyOf(to)
	if t.out.n > 0 || t.raw.full(f) {
		t.flush()
	}
	t.whose = append(t.whose, i)
	t.raw.fill(t.appendSYN(t.raw.packet(f), y, s), to, scope)
}

// flush sends what was gathered, and notes what did not leave.
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
		for _, i := range t.whose[sent:] {
			if i != nobodys {
				t.failed, t.failure = i, e
				break
			}
		}
	}
	t.whose = t.whose[:0]
}

// trouble is what Send says of an errno.
func trouble(e syscall.Errno) error {
	switch e {
	case unix.EAGAIN, unix.ENOBUFS, unix.ENOMEM:
		return probe.ErrBusy
	}
	return e
}

// notice looks, now and then, whether routes or links have changed.
func (t *Transport) notice(now probe.Time) {
	if now-t.looked < lookEvery {
		return
	}
	t.looked = now
	if t.changed() {
		t.ways.forget()
		t.last.way = nil
		t.neighborTable.forget()
		t.tableRead = [2]bool{}
	}
}

// changed reads what the kernel has to tell of changes, to the end.
func (t *Transport) changed() (any bool) {
	var buf [4096]byte
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(t.changes), uintptr(ptr(buf[:])), uintptr(len(buf)),
			unix.MSG_DONTWAIT, 0, 0)
		if e == unix.EAGAIN || e == 0 && n == 0 {
			return any
		}
		any = true // ENOBUFS too: there were too many
		if e != 0 && e != unix.ENOBUFS && e != unix.EINTR {
			return any
		}
	}
}

// Forget ends an attempt. Its answer may still come.
func (t *Transport) Forget(a *probe.Attempt) { t.end(a.ID, a.N) }

// Wake ends a Poll. It may come after Close.
func (t *Transport) Wake() { t.waker.Wake() }

// Stats says how many answers the kernel had no room for.
func (t *Transport) Stats() probe.Stats { return probe.Stats{Room: 1 << 20, Dropped: t.dropped} }

// Close frees everything.
func (t *Transport) Close() error {
	if !t.waker.Close() {
		return nil
	}
	together(t.in[0].close, t.in[1].close, t.out.close, func() { shut(t.arp) })
	t.raw.close()
	closeAll(append(t.ports, t.changes))
	if t.ways != nil {
		t.ways.handle.Close()
	}
	return nil
}

// together does things at the same time. To open or close a packet socket, or its
// ring, takes the kernel until every processor has seen it (synchronize_net), some
// ten milliseconds, in which it does nothing.
func together(all ...func()) {
	var done sync.WaitGroup
	for _, one := range all {
		done.Go(one)
	}
	done.Wait()
}

// prepare opens everything.
func (t *Transport) prepare(o Options) (err error) {
	if err = t.raw.open(o); err != nil {
		return err
	}
	var errs [4]error
	together(
		func() { t.out, errs[0] = openOutbox() },
		func() { t.in[0], errs[1] = openInbox(unix.ETH_P_IP, t.block.filter4()) },
		func() { t.in[1], errs[2] = openInbox(unix.ETH_P_IPV6, t.block.filter6()) },
		func() { t.arp, errs[3] = openARP() },
	)
	if err = errors.Join(errs[:]...); err != nil {
		return err
	}
	if t.ways, err = newRouteCache(o); err != nil {
		return err
	}
	if t.changes, err = openChanges(); err != nil {
		return err
	}
	return t.waker.Open()
}
