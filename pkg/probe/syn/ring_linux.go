package syn

import (
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
)

// A ring is frames in memory that is shared with the kernel (packet(7),
// TPACKET_V2). Each begins with struct tpacket2_hdr, whose first word says whose
// it is.
type ring struct {
	fd     int
	memory []byte
	frame  int // size of one
	mask   int // how many there are, a power of two, less one
	next   int // the frame to look at
}

const (
	ringBlock = 1 << 16 // bytes that the kernel allocates at once
	// Where the parts of a frame are: struct tpacket2_hdr, and behind it, aligned
	// to 16 bytes, struct sockaddr_ll of what came in, or what is to go out.
	headerSize = 32

	// inFrame is the room for a packet that came in: 176 bytes of it, which is
	// an ICMP error that quotes headers with all their options.
	inFrame = 256
	// inFrames is how many wait to be read: what comes within 30 ms, at the
	// fastest.
	inFrames = 4096
	// outFrame is the room for one to go out: 86 bytes.
	outFrame  = 128
	outFrames = 1024
)

// newRing maps a socket's ring: PACKET_RX_RING or PACKET_TX_RING.
func newRing(fd, kind, frame, frames int) (ring, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2); err != nil {
		return ring{}, os.NewSyscallError("setsockopt PACKET_VERSION", err)
	}
	size := frame * frames
	req := unix.TpacketReq{
		Block_size: ringBlock, Block_nr: uint32(size / ringBlock),
		Frame_size: uint32(frame), Frame_nr: uint32(frames),
	}
	// It takes the kernel a while: the scheduler is told.
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
	shut(r.fd)
	r.fd = -1
}

// shut closes a packet socket, which may take the kernel a while.
func shut(fd int) {
	if fd >= 0 {
		_ = unix.Close(fd)
	}
}

// at is the header of a frame, counted from anywhere.
func (r *ring) at(i int) *unix.Tpacket2Hdr {
	return (*unix.Tpacket2Hdr)(unsafe.Pointer(&r.memory[(i&r.mask)*r.frame]))
}

// status says whose a frame is. What the kernel wrote before it gave the frame
// away is there once that is seen.
func (r *ring) status(i int) uint32 { return atomic.LoadUint32(&r.at(i).Status) }

// give hands a frame over.
func (r *ring) give(i int, status uint32) { atomic.StoreUint32(&r.at(i).Status, status) }

// room is a frame's bytes from an offset on, and nothing of the next one's.
func (r *ring) room(i, from int) []byte {
	start := (i & r.mask) * r.frame
	return r.memory[start+from : start+r.frame : start+r.frame]
}

// incoming is a packet that came in.
type incoming struct {
	packet []byte // from its IP header on, as much as was kept
	link   uint32 // the index of the interface
	// host says that it was sent to this machine's own address on the link.
	host bool
	// unsummed says that its checksums are not made yet, because it never left
	// this machine or came from a device that has checked them.
	unsummed  bool
	sec, nsec uint32 // when it came, by the wall clock
	losing    bool   // others before it were thrown away
}

// receive looks at the next packet that came in; ok is false where there is
// none. release gives its frame back.
func (r *ring) receive(in *incoming) (ok bool) {
	status := r.status(r.next)
	if status&unix.TP_STATUS_USER == 0 {
		return false
	}
	h := r.at(r.next)
	frame := r.room(r.next, 0)
	from := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&frame[headerSize]))
	start := min(int(h.Net), len(frame))
	*in = incoming{
		packet: frame[start:min(start+int(h.Snaplen), len(frame))],
		link:   uint32(from.Ifindex), host: from.Pkttype == unix.PACKET_HOST,
		unsummed: status&(unix.TP_STATUS_CSUMNOTREADY|unix.TP_STATUS_CSUM_VALID) != 0,
		sec:      h.Sec, nsec: h.Nsec,
		losing: status&unix.TP_STATUS_LOSING != 0,
	}
	return true
}

// release gives the frame that was received back to the kernel.
func (r *ring) release() {
	r.give(r.next, unix.TP_STATUS_KERNEL)
	r.next++
}

// crowded says that half of the frames are full.
func (r *ring) crowded() bool {
	return r.memory != nil && r.status(r.next+r.mask/2)&unix.TP_STATUS_USER != 0
}

// dropped is how many packets were thrown away, since it was last asked, because
// the ring was full.
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

// listen opens a packet socket that is to hear packets, without their
// link's header, through a filter. It hears nothing before the filter is there.
func listen(filter []bpf.Instruction) (fd int, err error) {
	fd, e := kernel.Socket(unix.AF_PACKET, unix.SOCK_DGRAM)
	if e != 0 {
		return -1, permission(e)
	}
	if err = attach(fd, filter); err == nil {
		return fd, nil
	}
	shut(fd)
	return -1, err
}

// hear begins to let packets of a protocol in.
func hear(fd int, protocol uint16) error {
	return os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: swap(protocol)}))
}

// swap puts a number into the network's order of bytes.
func swap(v uint16) uint16 {
	b := [2]byte{byte(v >> 8), byte(v)}
	return *(*uint16)(unsafe.Pointer(&b))
}

func attach(fd int, filter []bpf.Instruction) error {
	raw, err := bpf.Assemble(filter)
	if err != nil {
		return err
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	if e := kernel.Option(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, unsafe.Pointer(&program), unsafe.Sizeof(program)); e != 0 {
		return os.NewSyscallError("setsockopt SO_ATTACH_FILTER", e)
	}
	return nil
}

func set(fd, level, name int, value int32) {
	kernel.Option(fd, level, name, unsafe.Pointer(&value), unsafe.Sizeof(value))
}

// permission turns what a socket call says to those who have no right to it into
// ErrPermission.
func permission(err error) error {
	if err == unix.EPERM || err == unix.EACCES {
		return ErrPermission
	}
	return os.NewSyscallError("socket", err)
}
