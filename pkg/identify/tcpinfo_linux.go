package identify

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// unacknowledged reports whether data that was sent has not been acknowledged after two
// retransmissions, and whether it could not be sent because the window is zero
// (tcp(7), TCP_INFO).
func unacknowledged(c net.Conn) (lost, zeroWindow bool) {
	sys, ok := c.(syscall.Conn)
	if !ok {
		return false, false
	}
	raw, err := sys.SyscallConn()
	if err != nil {
		return false, false
	}
	raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return
		}
		zeroWindow = info.Probes > 0 || info.Unacked == 0 && info.Notsent_bytes > 0
		lost = info.Unacked > 0 && info.Bytes_retrans > 0 && info.Bytes_acked <= 1
	})
	return lost && !zeroWindow, zeroWindow
}
