//go:build !windows

package connect

import (
	"syscall"

	"portkit/pkg/endpoint"
)

// systemReasons are numbers that have no name in package syscall: here none.
var systemReasons []struct {
	errno  syscall.Errno
	reason endpoint.Reason
}
