package syn

import (
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// DropPrivileges ends with every capability of this process, for good: no program
// that it starts can have more (no_new_privs), and where the kernel has Landlock
// it can write, make or run no file that is not open yet, and speak tcp to
// nothing but name servers. What is open stays open.
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

// nameService is the one port that tcp may connect to: a name server's, when an
// answer is too long for a datagram (RFC 7766).
const nameService = 53

// landlock restricts all threads (landlock(7)). A kernel without it, or with a
// part of it, restricts what it can.
func landlock() error {
	version, _, e := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if e != 0 {
		return nil // there is none
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
		allowed := struct{ access, port uint64 }{unix.LANDLOCK_ACCESS_NET_CONNECT_TCP, nameService}
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
