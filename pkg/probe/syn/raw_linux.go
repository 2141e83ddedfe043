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

// mmsghdr is struct mmsghdr (sendmmsg(2)).
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

const (
	// mostRaw is how many packets leave in one call.
	mostRaw = 64
	// rawSize is the size of the largest, in bytes.
	rawSize = 40 + wire.SYNSize
)

// rawSockets send packets whose IP header is made here, one socket a family, by
// the kernel's routes and neighbors (raw(7), IPPROTO_RAW). They hear nothing.
type rawSockets struct {
	fds     [2]int
	family  int // of what is gathered
	n       int
	headers [mostRaw]mmsghdr
	vectors [mostRaw]unix.Iovec
	names   [mostRaw]kernel.Sockaddr
	packets [mostRaw][rawSize]byte
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

// bind lets the kernel choose routes for a source, as it may have rules about it
// (ip-rule(8)). Where that is not this machine's, each attempt is told so.
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

// full says that a packet of a family has to wait for a flush.
func (r *rawSockets) full(f int) bool { return r.n == mostRaw || r.n > 0 && r.family != f }

// packet is where the next packet of a family goes. fill takes it over.
func (r *rawSockets) packet(f int) []byte {
	r.family = f
	return r.packets[r.n][:0]
}

// fill adds a packet to an address.
func (r *rawSockets) fill(packet []byte, to netip.Addr, scope uint32) {
	i := r.n
	name := r.names[i].Set(netip.AddrPortFrom(to, 0), scope)
	r.headers[i].header = unix.Msghdr{Name: &name[0], Namelen: uint32(len(name)), Iov: &r.vectors[i]}
	r.headers[i].header.SetIovlen(1)
	r.vectors[i].Base = &packet[0]
	r.vectors[i].SetLen(len(packet))
	r.n++
}

// flush sends what was gathered. It returns how many packets left; e says why the
// next one did not.
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
