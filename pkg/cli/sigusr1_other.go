//go:build !unix

package cli

import "os"

// ProgressRequests receives nothing: this system has no SIGUSR1.
func ProgressRequests() (requests <-chan os.Signal, stop func()) { return nil, func() {} }
