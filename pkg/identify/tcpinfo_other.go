//go:build !linux

package identify

import "net"

// unacknowledged is known on Linux only.
func unacknowledged(net.Conn) (lost, zeroWindow bool) { return false, false }
