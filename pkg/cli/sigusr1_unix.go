//go:build unix

package cli

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// StatusAsked receives each SIGUSR1, by which a person asks how far a run has
// come, until forget is called.
func StatusAsked() (asked <-chan os.Signal, forget func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGUSR1)
	return c, func() { signal.Stop(c) }
}
