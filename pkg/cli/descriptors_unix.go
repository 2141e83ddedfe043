//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// maxInherited bounds the search for descriptors that the parent left open.
const maxInherited = 1024

// descriptorLimit returns the limit on descriptors and the limit that the process
// needs to open n more; both are 0 if it can open them.
func descriptorLimit(n int) (limit, needed int) {
	var l unix.Rlimit
	if canOpen(n) || unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return 0, 0
	}
	for fd := range maxInherited {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			needed++
		}
	}
	return int(l.Cur), needed + n
}

// canOpen reports whether the process can open n descriptors. Package os would
// start the runtime's poller, so it is not used.
func canOpen(n int) bool {
	opened := make([]int, 0, n)
	defer func() {
		for _, fd := range opened {
			_ = unix.Close(fd)
		}
	}()
	for len(opened) < n {
		switch fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0); err {
		case nil:
			opened = append(opened, fd)
		case unix.EINTR:
		default:
			return err != unix.EMFILE
		}
	}
	return true
}
