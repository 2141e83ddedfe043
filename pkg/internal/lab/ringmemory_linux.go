package lab

import (
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// ringMemory is frames that are shared with the kernel (packet(7), TPACKET_V2).
type ringMemory struct {
	fd     int
	memory []byte
	next   int
}

// frameStart is where a frame to be sent begins: behind struct tpacket2_hdr.
const frameStart = 32

// newRingMemory opens a packet socket on a link with a ring of one kind, for
// frames of a protocol, 0 for none, that pass a filter.
func newRingMemory(link, kind int, protocol uint16, filter []bpf.Instruction) (r ringMemory, err error) {
	if r.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
		return r, os.NewSyscallError("socket", err)
	}
	if filter != nil {
		raw, err := bpf.Assemble(filter)
		if err != nil {
			return r, err
		}
		code := make([]unix.SockFilter, len(raw))
		for i, c := range raw {
			code[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
		}
		program := &unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
		if err := unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, program); err != nil {
			return r, os.NewSyscallError("SO_ATTACH_FILTER", err)
		}
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2); err != nil {
		return r, os.NewSyscallError("PACKET_VERSION", err)
	}
	const size, block = ringFrames * ringFrame, 1 << 16
	req := unix.TpacketReq{Block_size: block, Block_nr: size / block, Frame_size: ringFrame, Frame_nr: ringFrames}
	if _, _, e := unix.Syscall6(unix.SYS_SETSOCKOPT, uintptr(r.fd), unix.SOL_PACKET, uintptr(kind),
		uintptr(unsafe.Pointer(&req)), unsafe.Sizeof(req), 0); e != 0 {
		return r, os.NewSyscallError("PACKET_RX_RING", e)
	}
	if r.memory, err = unix.Mmap(r.fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return r, os.NewSyscallError("mmap", err)
	}
	at := &unix.SockaddrLinklayer{Protocol: protocol<<8 | protocol>>8, Ifindex: link}
	return r, os.NewSyscallError("bind", unix.Bind(r.fd, at))
}

func (r *ringMemory) close() {
	_ = unix.Munmap(r.memory)
	unix.Close(r.fd)
}

func (r *ringMemory) frame() []byte { return r.memory[r.next%ringFrames*ringFrame:][:ringFrame] }

func (r *ringMemory) header() *unix.Tpacket2Hdr {
	return (*unix.Tpacket2Hdr)(unsafe.Pointer(&r.frame()[0]))
}

// free is the next frame that may be filled; nil when none is.
func (r *ringMemory) free() []byte {
	if atomic.LoadUint32(&r.header().Status) != unix.TP_STATUS_AVAILABLE {
		return nil
	}
	return r.frame()[frameStart:frameStart]
}

// give hands a frame that was filled over.
func (r *ringMemory) give(frame []byte) {
	r.header().Len = uint32(len(frame))
	atomic.StoreUint32(&r.header().Status, unix.TP_STATUS_SEND_REQUEST)
	r.next++
}

// send lets what was given leave.
func (r *ringMemory) send() error {
	_, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(r.fd), 0, 0, unix.MSG_DONTWAIT, 0, 0)
	if e != 0 && e != unix.EAGAIN && e != unix.ENOBUFS {
		return os.NewSyscallError("sendto", e)
	}
	return nil
}

// full is the next frame that came in; nil when there is none.
func (r *ringMemory) full() []byte {
	h := r.header()
	if atomic.LoadUint32(&h.Status)&unix.TP_STATUS_USER == 0 {
		return nil
	}
	return r.frame()[h.Mac:]
}

// release gives that frame back.
func (r *ringMemory) release() {
	atomic.StoreUint32(&r.header().Status, unix.TP_STATUS_KERNEL)
	r.next++
}
