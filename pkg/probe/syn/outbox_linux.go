package syn

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
)

// outbox is frames that leave by one link in one call, through a ring.
type outbox struct {
	ring
	link int
	kind uint16 // of what they carry
	n    int    // frames that are filled and have not left
}

// frameOffset is where a frame to be sent begins: where the address of an
// incoming one would.
const frameOffset = headerSize

// openOutbox opens a packet socket that hears nothing, and its ring.
func openOutbox() (o outbox, err error) {
	fd, e := kernel.Socket(unix.AF_PACKET, unix.SOCK_RAW)
	if e != 0 {
		o.fd = -1
		return o, permission(e)
	}
	if o.ring, err = newRing(fd, unix.PACKET_TX_RING, outFrame, outFrames); err != nil {
		shut(fd)
		o.fd = -1
	}
	return o, err
}

// full says that a frame for a link has to wait for a flush.
func (o *outbox) full(link int, kind uint16) bool {
	return o.n > 0 && (o.link != link || o.kind != kind || o.n == mostRaw)
}

// packet is where the next frame goes; nil where the device has taken none of
// those before it yet. fill takes it over.
func (o *outbox) packet(link int, kind uint16) []byte {
	if o.status(o.next+o.n) != unix.TP_STATUS_AVAILABLE {
		return nil
	}
	o.link, o.kind = link, kind
	return o.room(o.next+o.n, frameOffset)[:0]
}

// fill adds a frame.
func (o *outbox) fill(frame []byte) {
	i := o.next + o.n
	o.at(i).Len = uint32(len(frame))
	o.give(i, unix.TP_STATUS_SEND_REQUEST)
	o.n++
}

// flush sends what was gathered. It returns how many frames left; e says why the
// next one did not.
func (o *outbox) flush() (sent int, e syscall.Errno) {
	n := o.n
	o.n = 0
	to := unix.RawSockaddrLinklayer{Family: unix.AF_PACKET, Protocol: swap(o.kind), Ifindex: int32(o.link)}
	_, _, e = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(o.fd), 0, 0, unix.MSG_DONTWAIT,
		uintptr(unsafe.Pointer(&to)), unsafe.Sizeof(to))
	for sent < n && o.status(o.next)&(unix.TP_STATUS_SEND_REQUEST|unix.TP_STATUS_WRONG_FORMAT) == 0 {
		o.next++
		sent++
	}
	for i := range n - sent {
		o.give(o.next+i, unix.TP_STATUS_AVAILABLE)
	}
	if sent < n && e == 0 {
		e = unix.ENOBUFS
	}
	if sent == n {
		e = 0
	}
	return sent, e
}
