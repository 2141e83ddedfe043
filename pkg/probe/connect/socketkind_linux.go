package connect

import "golang.org/x/sys/unix"

// kind limits the addresses that a socket can be used for: its family and, once it
// was connected to a link-local address, the link.
type kind struct {
	family int
	scope  uint32
}

// pool returns the index of the list of idle sockets of a kind.
func (k kind) pool() int {
	switch {
	case k.family == unix.AF_INET:
		return 0
	case k.scope == 0:
		return 1
	}
	return 2
}

const pools = 3
