package udp

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/payload"
	"portkit/pkg/probe/internal/kernel"
)

// mmsghdr is struct mmsghdr (sendmmsg(2)).
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

// outgoing is datagrams for one socket that leave in one call.
type outgoing struct {
	headers []mmsghdr
	vectors []unix.Iovec
	names   []kernel.Sockaddr
	text    []byte // of all requests
}

// most is how many datagrams are sent, and received, at once.
const most = 64

func newOutgoing() outgoing {
	return outgoing{
		headers: make([]mmsghdr, 0, most), vectors: make([]unix.Iovec, most), names: make([]kernel.Sockaddr, most),
		text: make([]byte, 0, most*payload.MaxSize),
	}
}

func (o *outgoing) len() int   { return len(o.headers) }
func (o *outgoing) full() bool { return len(o.headers) == most }
func (o *outgoing) reset()     { o.headers, o.text = o.headers[:0], o.text[:0] }

// add appends a datagram.
func (o *outgoing) add(to netip.AddrPort, scope uint32, r *payload.Request, q payload.Query) {
	i, start := len(o.headers), len(o.text)
	o.text = r.Build(o.text, q)
	text := o.text[start:]
	name := o.names[i].Set(to, scope)
	o.headers = o.headers[:i+1]
	h := &o.headers[i].header
	*h = unix.Msghdr{Name: &name[0], Namelen: uint32(len(name))}
	o.vectors[i] = unix.Iovec{}
	if len(text) > 0 {
		o.vectors[i].Base = &text[0]
	}
	o.vectors[i].SetLen(len(text))
	h.Iov = &o.vectors[i]
	h.SetIovlen(1)
}

// send sends the datagrams from a on. It returns how many were taken; fewer
// than all without an errno means that the next one has one.
func (o *outgoing) send(fd, from int) (n int, e syscall.Errno) {
	r, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&o.headers[from])),
		uintptr(len(o.headers)-from), 0, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(r), 0
}

const (
	// textKept is how much of a datagram is read: enough to recognize its
	// protocol by.
	textKept    = 2048
	controlRoom = 256
)

// incoming is datagrams, or entries of an error queue, that were read at once.
type incoming struct {
	headers [most]mmsghdr
	vectors [most]unix.Iovec
	names   [most]kernel.Sockaddr
	control [most][controlRoom]byte
	text    [most][textKept]byte
}

// receive reads up to a number of them.
func (in *incoming) receive(fd, limit, flags int) (n int, e syscall.Errno) {
	limit = min(limit, most)
	for i := range limit {
		h := &in.headers[i].header
		*h = unix.Msghdr{Name: &in.names[i][0], Namelen: uint32(len(in.names[i])), Control: &in.control[i][0]}
		h.SetControllen(controlRoom)
		in.vectors[i].Base = &in.text[i][0]
		in.vectors[i].SetLen(textKept)
		h.Iov = &in.vectors[i]
		h.SetIovlen(1)
	}
	r, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&in.headers[0])),
		uintptr(limit), uintptr(flags), 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(r), 0
}

// datagram is the text of the i-th, and who sent it or, of an error, whom it was
// sent to.
func (in *incoming) datagram(i int) (text []byte, peer netip.AddrPort, scope uint32) {
	m := &in.headers[i]
	if m.header.Namelen >= unix.SizeofSockaddrInet4 {
		peer, scope = in.names[i].Get(), in.names[i].Scope()
	}
	return in.text[i][:min(int(m.length), textKept)], peer, scope
}

// messages are the control messages of the i-th.
func (in *incoming) messages(i int) []byte {
	return in.control[i][:min(uint64(in.headers[i].header.Controllen), controlRoom)]
}

// about is what control messages say of a packet (ip(7), ipv6(7)).
type about struct {
	ttl uint8
	own netip.Addr // where it came in
}

// parseAbout reads control messages. Their bytes may be anything.
func parseAbout(b []byte) (a about) {
	for m := range kernel.Messages(b) {
		switch {
		case m.Level == unix.SOL_IP && m.Type == unix.IP_TTL && len(m.Data) >= 4,
			m.Level == unix.SOL_IPV6 && m.Type == unix.IPV6_HOPLIMIT && len(m.Data) >= 4:
			a.ttl = uint8(binary.NativeEndian.Uint32(m.Data))
		case m.Level == unix.SOL_IP && m.Type == unix.IP_PKTINFO && len(m.Data) >= unix.SizeofInet4Pktinfo:
			a.own = netip.AddrFrom4([4]byte(m.Data[8:12]))
		case m.Level == unix.SOL_IPV6 && m.Type == unix.IPV6_PKTINFO && len(m.Data) >= unix.SizeofInet6Pktinfo:
			a.own = netip.AddrFrom16([16]byte(m.Data[:16]))
		}
	}
	return a
}
