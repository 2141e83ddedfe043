//go:build !unix

package cli

import "os"

// StatusAsked receives nothing: this system has no signal for it.
func StatusAsked() (asked <-chan os.Signal, forget func()) { return nil, func() {} }
