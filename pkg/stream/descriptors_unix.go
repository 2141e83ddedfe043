//go:build unix

package stream

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// DescriptorLimit returns the soft limit, which the Go runtime has raised to the
// hard one; 0 if unknown.
func DescriptorLimit() int {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}

// OpenDescriptors returns how many descriptors this process has, including those
// inherited from its parent; 0 if unknown.
func OpenDescriptors() int {
	all, _ := os.ReadDir("/dev/fd")
	return len(all)
}
