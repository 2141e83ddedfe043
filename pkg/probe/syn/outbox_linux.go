package syn

import (
	"encoding/binary"
	"os"
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

const (
	// announceOffset is where a frame to be sent is announced, by struct
	// virtio_net_hdr: where the address of an incoming one would begin.
	announceOffset = headerSize
	announceSize   = 10
	// frameOffset is where the frame itself begins.
	frameOffset = announceOffset + announceSize
)

// openOutbox opens a packet socket that hears nothing, and its ring.
func openOutbox() (o outbox, err error) {
	fd, e := kernel.Socket(unix.AF_PACKET, unix.SOCK_RAW)
	if e != 0 {
		o.fd = -1
		return o, permission(e)
	}
	err = os.NewSyscallError("setsockopt PACKET_VNET_HDR", unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1))
	if err == nil {
		o.ring, err = newRing(fd, unix.PACKET_TX_RING, outFrame, outFrames)
	}
	if err != nil {
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
	o.at(i).Len = uint32(announceSize + len(frame))
	announce(o.room(i, announceOffset), len(frame))
	o.give(i, unix.TP_STATUS_SEND_REQUEST)
	o.n++
}

// announce says that all of a frame is headers, which the kernel copies. What is not
// it leaves in the ring and pulls together later, which takes a twentieth more of
// the time. (packet(7), PACKET_VNET_HDR; Virtual I/O Device 1.2, section 5.1.6.)
func announce(b []byte, size int) {
	clear(b[:announceSize])
	binary.NativeEndian.PutUint16(b[2:], uint16(size))
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
