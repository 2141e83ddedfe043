//go:build unix

package portprobe

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// descriptorLimit returns the soft limit, which the Go runtime has raised to the
// hard one; 0 if unknown.
func descriptorLimit() int {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}

// openDescriptors returns how many descriptors this process has, including those
// inherited from its parent; 0 if unknown.
func openDescriptors() int {
	all, _ := os.ReadDir("/dev/fd")
	return len(all)
}
