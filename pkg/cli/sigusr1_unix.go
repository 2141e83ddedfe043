//go:build unix

package cli

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// ProgressRequests receives each SIGUSR1, which requests the progress of a run,
// until stop is called.
func ProgressRequests() (requests <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGUSR1)
	return c, func() { signal.Stop(c) }
}
