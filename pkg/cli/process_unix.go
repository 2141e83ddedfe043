//go:build unix

package cli

import (
	"errors"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

func endingSignals() []os.Signal { return []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP} }

// endBySignal ends the process by sig itself, so that its parent sees the signal
// and not an exit status.
func endBySignal(sig os.Signal) {
	n, ok := sig.(unix.Signal)
	if !ok {
		os.Exit(StatusIO)
	}
	signal.Reset(sig)
	if unix.Kill(unix.Getpid(), n) == nil {
		time.Sleep(time.Second) // it arrives within microseconds
	}
	os.Exit(128 + int(n))
}

// inForeground reports whether this process may draw on a terminal: it is in the
// foreground process group, or the terminal is not its controlling terminal.
func inForeground(terminal *os.File) bool {
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}

// watchPipe calls gone when the last reader of f is gone, if f is a pipe or a
// socket.
func watchPipe(f *os.File, gone func()) {
	fd := int(f.Fd())
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil {
		return
	}
	if kind := st.Mode & unix.S_IFMT; kind == unix.S_IFIFO || kind == unix.S_IFSOCK {
		go func() {
			if readerGone(fd) {
				gone()
			}
		}()
	}
}

// readerGone waits until fd has no reader (true) or cannot be watched.
func readerGone(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd)}}
	return poll(fds) == nil && fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
}

// poll waits for one of the descriptors, without a timeout.
func poll(fds []unix.PollFd) error {
	for {
		_, err := unix.Poll(fds, -1)
		if !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) {
			return err
		}
	}
}

// readable waits until a read from one of two descriptors does not block. It
// returns false if input cannot be polled, such as a terminal on some systems.
func readable(input, other int) bool {
	fds := []unix.PollFd{{Fd: int32(input), Events: unix.POLLIN}, {Fd: int32(other), Events: unix.POLLIN}}
	return poll(fds) == nil && fds[0].Revents&unix.POLLNVAL == 0
}

// endByPipe ends the process by SIGPIPE. The Go runtime ignores that signal except
// for a failed write to descriptor 1 or 2 (os/signal, "SIGPIPE"), so it makes such
// a write.
func endByPipe() {
	r, w, err := os.Pipe()
	if err == nil {
		_ = r.Close()
		if unix.Dup2(int(w.Fd()), 1) == nil {
			_, _ = os.NewFile(1, "stdout").Write([]byte{'\n'})
		}
	}
	os.Exit(statusPipe) // the parent ignores SIGPIPE
}

func brokenPipe(err error) bool { return errors.Is(err, unix.EPIPE) }

// closedAtStart reports whether f was closed when the process began. In its place
// the Go runtime opens /dev/null for reading and writing, while a shell's
// </dev/null or >/dev/null is for one of them. A parent that passes /dev/null opened
// for both gets an error message: losing output silently would be worse.
func closedAtStart(f *os.File) bool {
	var st, null unix.Stat_t
	fd := int(f.Fd())
	if unix.Fstat(fd, &st) != nil || unix.Stat(os.DevNull, &null) != nil || st.Rdev != null.Rdev ||
		st.Mode&unix.S_IFMT != unix.S_IFCHR {
		return false
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}
