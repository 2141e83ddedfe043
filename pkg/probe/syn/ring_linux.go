package syn

import (
	"encoding/binary"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
)

// ring is a ring of frames in memory shared with the kernel (packet(7), TPACKET_V2).
// A frame begins with struct tpacket2_hdr, whose first word is the owner: the kernel or us.
type ring struct {
	fd     int
	memory []byte
	frame  int // size of a frame in bytes
	mask   int // number of frames, a power of two, minus one
	next   int // the next frame to use
}

const (
	ringBlock = 1 << 16 // bytes that the kernel allocates at once
	// headerSize is the aligned size of struct tpacket2_hdr.
	headerSize = 32

	// inFrame has room for 176 bytes of a packet: an ICMP error that quotes headers
	// with all options.
	inFrame = 256
	// inFrames holds the replies of 30 ms at the highest rate.
	inFrames = 4096
	// outFrame has room for a packet of 86 bytes.
	outFrame  = 128
	outFrames = 1024
)

// newRing creates the ring of a socket. kind is PACKET_RX_RING or PACKET_TX_RING.
func newRing(fd, kind, frame, frames int) (ring, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2); err != nil {
		return ring{}, os.NewSyscallError("setsockopt PACKET_VERSION", err)
	}
	size := frame * frames
	req := unix.TpacketReq{
		Block_size: ringBlock, Block_nr: uint32(size / ringBlock),
		Frame_size: uint32(frame), Frame_nr: uint32(frames),
	}
	// Not RawSyscall: this call sleeps.
	if _, _, e := unix.Syscall6(unix.SYS_SETSOCKOPT, uintptr(fd), unix.SOL_PACKET, uintptr(kind),
		uintptr(unsafe.Pointer(&req)), unsafe.Sizeof(req), 0); e != 0 {
		return ring{}, os.NewSyscallError("setsockopt PACKET_RX_RING or PACKET_TX_RING", e)
	}
	memory, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return ring{}, os.NewSyscallError("mmap", err)
	}
	return ring{fd: fd, memory: memory, frame: frame, mask: frames - 1}, nil
}

func (r *ring) close() {
	if r.memory != nil {
		_ = unix.Munmap(r.memory)
		r.memory = nil
	}
	closePacket(r.fd)
	r.fd = -1
}

// closePacket closes a packet socket. Not kernel.Close: this call sleeps.
func closePacket(fd int) {
	if fd >= 0 {
		_ = unix.Close(fd)
	}
}

// header returns the header of frame i, modulo the number of frames.
func (r *ring) header(i int) *unix.Tpacket2Hdr {
	return (*unix.Tpacket2Hdr)(unsafe.Pointer(&r.memory[(i&r.mask)*r.frame]))
}

// status returns the owner of frame i. The atomic load orders it before our reads of
// what the kernel wrote.
func (r *ring) status(i int) uint32 { return atomic.LoadUint32(&r.header(i).Status) }

// setStatus sets the owner of frame i, after all our writes to it.
func (r *ring) setStatus(i int, status uint32) { atomic.StoreUint32(&r.header(i).Status, status) }

// bytes returns frame i from an offset on, and nothing of the next frame.
func (r *ring) bytes(i, from int) []byte {
	start := (i & r.mask) * r.frame
	return r.memory[start+from : start+r.frame : start+r.frame]
}

// incoming is a received packet.
type incoming struct {
	packet []byte // from the IP header on, possibly truncated
	link   uint32 // index of the interface
	toUs   bool   // sent to this machine's link-layer address
	// noChecksum is set for packets whose checksums the device has verified, or that
	// never left this machine and have none.
	noChecksum bool
	sec, nsec  uint32 // time of arrival by the wall clock
	afterDrops bool   // packets before it were dropped
}

// receive reads the next packet; ok is false if there is none. The packet is valid
// until release.
func (r *ring) receive(in *incoming) (ok bool) {
	status := r.status(r.next)
	if status&unix.TP_STATUS_USER == 0 {
		return false
	}
	h := r.header(r.next)
	frame := r.bytes(r.next, 0)
	from := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&frame[headerSize]))
	start := min(int(h.Net), len(frame))
	*in = incoming{
		packet: frame[start:min(start+int(h.Snaplen), len(frame))],
		link:   uint32(from.Ifindex), toUs: from.Pkttype == unix.PACKET_HOST,
		noChecksum: status&(unix.TP_STATUS_CSUMNOTREADY|unix.TP_STATUS_CSUM_VALID) != 0,
		sec:        h.Sec, nsec: h.Nsec,
		afterDrops: status&unix.TP_STATUS_LOSING != 0,
	}
	return true
}

// release returns the frame of the received packet to the kernel.
func (r *ring) release() {
	r.setStatus(r.next, unix.TP_STATUS_KERNEL)
	r.next++
}

// halfFull reports whether half of the frames wait to be read.
func (r *ring) halfFull() bool {
	return r.memory != nil && r.status(r.next+r.mask/2)&unix.TP_STATUS_USER != 0
}

// dropped returns the number of packets dropped since the last call because the ring
// was full.
func (r *ring) dropped() uint64 {
	var s unix.TpacketStats
	size := uint32(unsafe.Sizeof(s))
	_, _, e := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(r.fd), unix.SOL_PACKET, unix.PACKET_STATISTICS,
		uintptr(unsafe.Pointer(&s)), uintptr(unsafe.Pointer(&size)), 0)
	if e != 0 {
		return 0
	}
	return uint64(s.Drops)
}

// openPacket opens a packet socket with a filter. It receives nothing until bindPacket,
// so that no packet passes before the filter is set. Packets come without their
// link-layer header.
func openPacket(filter []bpf.Instruction) (fd int, err error) {
	fd, e := kernel.Socket(unix.AF_PACKET, unix.SOCK_DGRAM)
	if e != 0 {
		return -1, permission(e)
	}
	if err = kernel.AttachFilter(fd, filter); err == nil {
		return fd, nil
	}
	closePacket(fd)
	return -1, err
}

// bindPacket starts receiving packets of a protocol.
func bindPacket(fd int, protocol uint16) error {
	return os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: bigEndian(protocol)}))
}

// bigEndian returns v in network byte order.
func bigEndian(v uint16) uint16 {
	b := [2]byte{byte(v >> 8), byte(v)}
	return binary.NativeEndian.Uint16(b[:])
}

// permission returns ErrPermission for a socket call that lacks a capability.
func permission(err error) error {
	if err == unix.EPERM || err == unix.EACCES {
		return ErrPermission
	}
	return os.NewSyscallError("socket", err)
}
