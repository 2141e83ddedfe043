package syn

import (
	"net/netip"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
	"portkit/pkg/wire"
)

const (
	// batchSize is the maximum number of packets per system call.
	batchSize = 64
	// rawPacketSize is the size of the largest packet in bytes.
	rawPacketSize = 40 + wire.SYNSize
)

// rawSockets send packets with their IP header, one socket per family. The kernel does
// the routing and the neighbor resolution (raw(7), IPPROTO_RAW). They receive nothing.
type rawSockets struct {
	fds     [2]int
	family  int // of the batch
	n       int // packets in the batch
	headers [batchSize]kernel.Mmsghdr
	vectors [batchSize]unix.Iovec
	names   [batchSize]kernel.Sockaddr
	packets [batchSize][rawPacketSize]byte
}

// open opens the sockets. IPv6 may be missing.
func (r *rawSockets) open(o Options) error {
	r.fds = [2]int{-1, -1}
	for f, family := range families {
		fd, e := rawSocket(family)
		if e == unix.EAFNOSUPPORT && f == 1 {
			continue
		}
		if e != 0 {
			return permission(e)
		}
		r.fds[f] = fd
		if o.Source.IsValid() && o.Source.Is4() == (f == 0) {
			r.bind(fd, o.Source)
		}
		if o.Interface != "" {
			if err := unix.BindToDevice(fd, o.Interface); err != nil {
				return os.NewSyscallError("setsockopt SO_BINDTODEVICE", err)
			}
		}
	}
	return nil
}

// bind binds a socket to the source, which routing rules may refer to (ip-rule(8)).
// Errors are ignored: routeCache reports a source that is not this machine's.
func (r *rawSockets) bind(fd int, from netip.Addr) {
	var at kernel.Sockaddr
	if scope, err := (kernel.Scopes{}).Of(from); err == nil {
		kernel.Bind(fd, at.Set(netip.AddrPortFrom(from, 0), scope))
	}
}

func rawSocket(family int) (int, syscall.Errno) {
	fd, _, e := unix.RawSyscall(unix.SYS_SOCKET, uintptr(family),
		unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	return int(fd), e
}

func (r *rawSockets) close() { closeAll(r.fds[:]) }

// needsFlush reports whether the batch has to be sent before a packet of a family can
// be added.
func (r *rawSockets) needsFlush(f int) bool { return r.n == batchSize || r.n > 0 && r.family != f }

// buffer returns the buffer for the next packet, to be passed to commit.
func (r *rawSockets) buffer(f int) []byte {
	r.family = f
	return r.packets[r.n][:0]
}

// commit adds a packet to the batch.
func (r *rawSockets) commit(packet []byte, to netip.Addr, scope uint32) {
	i := r.n
	name := r.names[i].Set(netip.AddrPortFrom(to, 0), scope)
	r.headers[i].Header = unix.Msghdr{Name: &name[0], Namelen: uint32(len(name)), Iov: &r.vectors[i]}
	r.headers[i].Header.SetIovlen(1)
	r.vectors[i].Base = &packet[0]
	r.vectors[i].SetLen(len(packet))
	r.n++
}

// flush sends the batch. It returns the number of packets that were sent and the error
// of the next one.
func (r *rawSockets) flush() (sent int, e syscall.Errno) {
	n := r.n
	r.n = 0
	if r.fds[r.family] < 0 {
		return 0, unix.EAFNOSUPPORT
	}
	for sent < n {
		got, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(r.fds[r.family]),
			uintptr(unsafe.Pointer(&r.headers[sent])), uintptr(n-sent), unix.MSG_DONTWAIT, 0, 0)
		if e != 0 && e != unix.EINTR {
			return sent, e
		}
		if e == 0 {
			sent += int(got)
		}
	}
	return sent, 0
}
