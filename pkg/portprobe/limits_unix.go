//go:build unix

package portprobe

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// descriptorLimit is how many descriptors this process may have; the runtime
// has raised it as far as it goes. 0: not known.
func descriptorLimit() int {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}

// openDescriptors is how many this process has, those that its parent left open
// included, where the system shows them.
func openDescriptors() int {
	all, _ := os.ReadDir("/dev/fd")
	return len(all)
}
