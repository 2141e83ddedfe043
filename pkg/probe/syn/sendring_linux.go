package syn

import (
	"encoding/binary"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
)

// sendRing sends Ethernet frames, those of a batch by one link in one call.
type sendRing struct {
	ring
	link int    // of the batch
	kind uint16 // EtherType of the batch
	n    int    // frames in the batch
}

const (
	// vnetOffset is where struct virtio_net_hdr is in an outgoing frame: where an
	// incoming one has its sockaddr_ll.
	vnetOffset = headerSize
	vnetSize   = 10
	// frameOffset is where the Ethernet header is.
	frameOffset = vnetOffset + vnetSize
)

// openSendRing opens a packet socket that receives nothing, and its ring.
func openSendRing() (o sendRing, err error) {
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
		closePacket(fd)
		o.fd = -1
	}
	return o, err
}

// needsFlush reports whether the batch has to be sent before a frame for a link can be
// added.
func (o *sendRing) needsFlush(link int, kind uint16) bool {
	return o.n > 0 && (o.link != link || o.kind != kind || o.n == batchSize)
}

// buffer returns the buffer for the next frame, to be passed to commit; nil if the
// device still owns it.
func (o *sendRing) buffer(link int, kind uint16) []byte {
	if o.status(o.next+o.n) != unix.TP_STATUS_AVAILABLE {
		return nil
	}
	o.link, o.kind = link, kind
	return o.bytes(o.next+o.n, frameOffset)[:0]
}

// commit adds a frame to the batch.
func (o *sendRing) commit(frame []byte) {
	i := o.next + o.n
	o.header(i).Len = uint32(vnetSize + len(frame))
	putVnetHeader(o.bytes(i, vnetOffset), len(frame))
	o.setStatus(i, unix.TP_STATUS_SEND_REQUEST)
	o.n++
}

// putVnetHeader declares the whole frame as headers: the kernel copies these at once
// and leaves the rest in the ring to be gathered later, which costs 5 % more time
// (packet(7), PACKET_VNET_HDR; Virtual I/O Device 1.2, section 5.1.6).
func putVnetHeader(b []byte, size int) {
	clear(b[:vnetSize])
	binary.NativeEndian.PutUint16(b[2:], uint16(size))
}

// flush sends the batch. It returns the number of frames that were sent and the error
// of the next one.
func (o *sendRing) flush() (sent int, e syscall.Errno) {
	n := o.n
	o.n = 0
	to := unix.RawSockaddrLinklayer{Family: unix.AF_PACKET, Protocol: bigEndian(o.kind), Ifindex: int32(o.link)}
	_, _, e = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(o.fd), 0, 0, unix.MSG_DONTWAIT,
		uintptr(unsafe.Pointer(&to)), unsafe.Sizeof(to))
	for sent < n && o.status(o.next)&(unix.TP_STATUS_SEND_REQUEST|unix.TP_STATUS_WRONG_FORMAT) == 0 {
		o.next++
		sent++
	}
	for i := range n - sent {
		o.setStatus(o.next+i, unix.TP_STATUS_AVAILABLE)
	}
	if sent < n && e == 0 {
		e = unix.ENOBUFS
	}
	if sent == n {
		e = 0
	}
	return sent, e
}
