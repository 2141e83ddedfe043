package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// pipeSize is the capacity of the pipes between tools in bytes: about what a tool reads
// or writes at once.
const pipeSize = 256 << 10

// growPipe enlarges a pipe of the default size, if f is one and the system allows it
// (pipe-user-pages-soft in pipe(7)): tools that pass each other many records then wait for
// each other less often.
func growPipe(f *os.File) {
	if size, err := unix.FcntlInt(f.Fd(), unix.F_GETPIPE_SZ, 0); err == nil && size < pipeSize {
		_, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, pipeSize) // else it stays as it is
	}
}
