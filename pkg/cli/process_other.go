//go:build !unix

package cli

import (
	"errors"
	"os"
	"syscall"
)

func endingSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// endBySignal ends the process with the status that a Unix shell shows for sig.
func endBySignal(sig os.Signal) {
	if n, ok := sig.(syscall.Signal); ok {
		os.Exit(128 + int(n))
	}
	os.Exit(128 + int(syscall.SIGINT))
}

func inForeground(*os.File) bool { return true }

// watchPipe does nothing: that the reader is gone is noticed when writing.
func watchPipe(*os.File, func()) {}

func readable(int, int) bool { return false }

func endByPipe() { os.Exit(statusPipe) }

// brokenPipe reports ERROR_BROKEN_PIPE and ERROR_NO_DATA of Windows.
func brokenPipe(err error) bool {
	return errors.Is(err, syscall.Errno(109)) || errors.Is(err, syscall.Errno(232))
}

func closedAtStart(*os.File) bool { return false }

func descriptorLimit(int) (limit, needed int) { return 0, 0 }
