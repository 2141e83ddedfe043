package syn

import (
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// DropPrivileges removes all capabilities of this process and of the programs that it
// starts (no_new_privs). If the kernel has Landlock, the process can no longer create,
// open for writing or run files, nor open TCP connections except to name servers. Open
// files and sockets are unaffected.
func DropPrivileges() error {
	const version3 = 0x20080522 // _LINUX_CAPABILITY_VERSION_3
	header := unix.CapUserHeader{Version: version3}
	var none [2]unix.CapUserData
	_, _, e := syscall.AllThreadsSyscall(unix.SYS_CAPSET,
		uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none)), 0)
	if e == unix.ENOTSUP {
		return errors.New("not possible in a build with cgo; build with CGO_ENABLED=0")
	}
	if e != 0 {
		return e
	}
	if _, _, e := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); e != 0 {
		return e
	}
	return landlock()
}

// dnsPort may be connected to, for DNS responses that do not fit a datagram (RFC 7766).
const dnsPort = 53

// landlock restricts all threads as far as the kernel supports it (landlock(7)).
func landlock() error {
	version, _, e := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if e != 0 {
		return nil // not supported
	}
	rules := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_EXECUTE |
		unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_SYM}
	if version >= 2 {
		rules.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		rules.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	size := unsafe.Sizeof(rules.Handled_access_fs)
	if version >= 4 {
		rules.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
		size += unsafe.Sizeof(rules.Handled_access_net)
	}
	fd, _, e := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), size, 0)
	if e != 0 {
		return e
	}
	defer unix.Close(int(fd))
	if version >= 4 {
		const rulePort = 2 // LANDLOCK_RULE_NET_PORT
		allowed := struct{ access, port uint64 }{unix.LANDLOCK_ACCESS_NET_CONNECT_TCP, dnsPort}
		if _, _, e := unix.RawSyscall6(unix.SYS_LANDLOCK_ADD_RULE, fd, rulePort,
			uintptr(unsafe.Pointer(&allowed)), 0, 0, 0); e != 0 {
			return e
		}
	}
	if _, _, e := syscall.AllThreadsSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); e != 0 {
		return e
	}
	return nil
}
