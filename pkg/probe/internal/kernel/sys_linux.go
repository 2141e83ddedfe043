package kernel

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
)

// The calls below do not block, so they bypass the scheduler (RawSyscall): notifying it
// costs more than some of them take. Only a poll that sleeps uses Syscall.

// Socket opens a non-blocking socket of a family and a type.
func Socket(family, kind int) (int, syscall.Errno) {
	fd, _, e := unix.RawSyscall(unix.SYS_SOCKET, uintptr(family),
		uintptr(kind)|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	return int(fd), e
}

// Close closes a descriptor.
func Close(fd int) { unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0) }

// Connect is connect(2).
func Connect(fd int, addr []byte) syscall.Errno {
	_, _, e := unix.RawSyscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&addr[0])), uintptr(len(addr)))
	return e
}

// Bind is bind(2).
func Bind(fd int, addr []byte) syscall.Errno {
	_, _, e := unix.RawSyscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&addr[0])), uintptr(len(addr)))
	return e
}

// Name fills addr with the socket's own address.
func Name(fd int, addr *Sockaddr) syscall.Errno {
	size := uint32(len(addr))
	_, _, e := unix.RawSyscall(unix.SYS_GETSOCKNAME, uintptr(fd),
		uintptr(unsafe.Pointer(addr)), uintptr(unsafe.Pointer(&size)))
	return e
}

// Option is setsockopt(2).
func Option(fd, level, name int, value unsafe.Pointer, size uintptr) syscall.Errno {
	_, _, e := unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name),
		uintptr(value), size, 0)
	return e
}

// SetOption sets an integer option and ignores errors.
func SetOption(fd, level, name int, value int32) {
	Option(fd, level, name, unsafe.Pointer(&value), unsafe.Sizeof(value))
}

// AttachFilter sets the filter of a socket (socket(7), SO_ATTACH_FILTER).
func AttachFilter(fd int, filter []bpf.Instruction) error {
	raw, err := bpf.Assemble(filter)
	if err != nil {
		return err
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	if e := Option(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, unsafe.Pointer(&program), unsafe.Sizeof(program)); e != 0 {
		return os.NewSyscallError("setsockopt SO_ATTACH_FILTER", e)
	}
	return nil
}

// Mmsghdr is struct mmsghdr (sendmmsg(2)).
type Mmsghdr struct {
	Header unix.Msghdr
	Length uint32
}

// SendError returns the error that Send reports for an errno.
func SendError(e syscall.Errno) error {
	switch e {
	case unix.EAGAIN, unix.ENOBUFS, unix.ENOMEM:
		return probe.ErrBusy
	}
	return e
}

// Scarce reports whether an error means that descriptors or memory are exhausted,
// which the end of other attempts may change.
func Scarce(err error) bool {
	switch err {
	case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
		return true
	}
	return false
}

// Receive is recvmsg(2).
func Receive(fd int, m *unix.Msghdr, flags int) syscall.Errno {
	_, _, e := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(m)), uintptr(flags))
	return e
}
