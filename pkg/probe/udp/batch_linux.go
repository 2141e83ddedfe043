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

// outgoing is a batch of datagrams to send from one socket in one call.
type outgoing struct {
	headers []kernel.Mmsghdr
	vectors []unix.Iovec
	names   []kernel.Sockaddr
	text    []byte // all requests
}

// batchSize is the maximum number of datagrams per system call.
const batchSize = 64

func newOutgoing() outgoing {
	return outgoing{
		headers: make([]kernel.Mmsghdr, 0, batchSize), vectors: make([]unix.Iovec, batchSize), names: make([]kernel.Sockaddr, batchSize),
		text: make([]byte, 0, batchSize*payload.MaxSize),
	}
}

func (o *outgoing) len() int   { return len(o.headers) }
func (o *outgoing) full() bool { return len(o.headers) == batchSize }
func (o *outgoing) reset()     { o.headers, o.text = o.headers[:0], o.text[:0] }

// add adds a datagram.
func (o *outgoing) add(to netip.AddrPort, scope uint32, r *payload.Request, q payload.Query) {
	i, start := len(o.headers), len(o.text)
	o.text = r.Build(o.text, q)
	text := o.text[start:]
	name := o.names[i].Set(to, scope)
	o.headers = o.headers[:i+1]
	h := &o.headers[i].Header
	*h = unix.Msghdr{Name: &name[0], Namelen: uint32(len(name))}
	o.vectors[i] = unix.Iovec{}
	if len(text) > 0 {
		o.vectors[i].Base = &text[0]
	}
	o.vectors[i].SetLen(len(text))
	h.Iov = &o.vectors[i]
	h.SetIovlen(1)
}

// send sends the datagrams from an index on. It returns how many were sent. If that is not
// all and e is 0, the next call returns the error.
func (o *outgoing) send(fd, from int) (n int, e syscall.Errno) {
	r, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&o.headers[from])),
		uintptr(len(o.headers)-from), 0, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(r), 0
}

const (
	// maxText is how much of a datagram is read, enough to recognize its protocol.
	maxText    = 2048
	maxControl = 256
)

// incoming is a batch of datagrams or entries of an error queue.
type incoming struct {
	headers [batchSize]kernel.Mmsghdr
	vectors [batchSize]unix.Iovec
	names   [batchSize]kernel.Sockaddr
	control [batchSize][maxControl]byte
	text    [batchSize][maxText]byte
}

// receive reads a batch of up to limit.
func (in *incoming) receive(fd, limit, flags int) (n int, e syscall.Errno) {
	limit = min(limit, batchSize)
	for i := range limit {
		h := &in.headers[i].Header
		*h = unix.Msghdr{Name: &in.names[i][0], Namelen: uint32(len(in.names[i])), Control: &in.control[i][0]}
		h.SetControllen(maxControl)
		in.vectors[i].Base = &in.text[i][0]
		in.vectors[i].SetLen(maxText)
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

// datagram returns the text and the sender of datagram i or, for an error, the address that
// the datagram was sent to.
func (in *incoming) datagram(i int) (text []byte, peer netip.AddrPort, scope uint32) {
	m := &in.headers[i]
	if m.Header.Namelen >= unix.SizeofSockaddrInet4 {
		peer, scope = in.names[i].Get(), in.names[i].Scope()
	}
	return in.text[i][:min(int(m.Length), maxText)], peer, scope
}

// messages returns the control messages of datagram i.
func (in *incoming) messages(i int) []byte {
	return in.control[i][:min(uint64(in.headers[i].Header.Controllen), maxControl)]
}

// metadata is the information about a packet in control messages (ip(7), ipv6(7)).
type metadata struct {
	ttl uint8
	to  netip.Addr // its destination
}

// parseMetadata parses control messages, which may contain anything.
func parseMetadata(b []byte) (a metadata) {
	for m := range kernel.Messages(b) {
		switch {
		case m.Level == unix.SOL_IP && m.Type == unix.IP_TTL && len(m.Data) >= 4,
			m.Level == unix.SOL_IPV6 && m.Type == unix.IPV6_HOPLIMIT && len(m.Data) >= 4:
			a.ttl = uint8(binary.NativeEndian.Uint32(m.Data))
		case m.Level == unix.SOL_IP && m.Type == unix.IP_PKTINFO && len(m.Data) >= unix.SizeofInet4Pktinfo:
			a.to = netip.AddrFrom4([4]byte(m.Data[8:12]))
		case m.Level == unix.SOL_IPV6 && m.Type == unix.IPV6_PKTINFO && len(m.Data) >= unix.SizeofInet6Pktinfo:
			a.to = netip.AddrFrom16([16]byte(m.Data[:16]))
		}
	}
	return a
}
