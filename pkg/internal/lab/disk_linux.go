package lab

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Disk mounts a file system of so many bytes, in memory and seen by the lab
// alone, until the test ends, and returns its folder.
func (l *Lab) Disk(bytes int) string {
	l.tb.Helper()
	dir := l.tb.TempDir()
	l.check(unix.Mount("lab", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)), "mounting a disk")
	l.tb.Cleanup(func() { l.check(unix.Unmount(dir, unix.MNT_DETACH), "unmounting a disk") })
	return dir
}

// ResolvConf is what /etc/resolv.conf says, to the lab alone, until the test
// ends (resolv.conf(5)).
func (l *Lab) ResolvConf(text string) {
	l.tb.Helper()
	file := writeTemp(l, text)
	const conf = "/etc/resolv.conf"
	l.check(unix.Mount(file, conf, "", unix.MS_BIND, ""), "covering "+conf)
	l.tb.Cleanup(func() { l.check(unix.Unmount(conf, unix.MNT_DETACH), "uncovering "+conf) })
}
