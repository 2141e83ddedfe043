package kernel

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls below never wait, so they are made without telling the scheduler
// (RawSyscall): that would cost more than some of them take. Only a poll that
// sleeps tells it.

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

// Receive is recvmsg(2).
func Receive(fd int, m *unix.Msghdr, flags int) syscall.Errno {
	_, _, e := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(m)), uintptr(flags))
	return e
}
