package connect

import "golang.org/x/sys/unix"

// kind is what keeps a socket from being used for any address: its family and,
// once it was connected to a link-local address, the link.
type kind struct {
	family int
	scope  uint32
}

// pool says which list of idle sockets a kind is on.
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
