//go:build !windows

package udp

// systemReasons are numbers that have no name in package syscall: here none.
var systemReasons []errnoReason

// tooLong says that a datagram was longer than what was read of it, which is no
// error here.
func tooLong(error) bool { return false }
