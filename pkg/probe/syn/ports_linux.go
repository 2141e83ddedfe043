package syn

import (
	"errors"
	"math/rand/v2"
	"net/netip"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
)

const (
	// leastSource is the lowest port to ask from. Below are services.
	leastSource = 1024
	// firstSource is where ports to ask from are sought first: above those that a
	// stock Linux gives to connections (net.ipv4.ip_local_port_range).
	firstSource = 61_440
)

// lanesFor is how many lanes each of so many workers has: a port takes a
// descriptor.
func lanesFor(workers int) int {
	switch {
	case workers <= 2:
		return mostLanes
	case workers <= 8:
		return 4
	}
	return 2
}

// reserve takes a block of ports. Each has a socket that is bound and neither
// listens nor connects: the kernel answers what comes there with a reset, as if
// the port were free, and gives it to nobody else.
func reserve(size int) (b block, fds []int, err error) {
	for _, first := range candidates(size) {
		b = block{uint16(first), uint16(size)}
		if fds, err = b.bind(); err == nil {
			return b, fds, nil
		}
		if !errors.Is(err, unix.EADDRINUSE) && !errors.Is(err, unix.EACCES) {
			return b, nil, err
		}
	}
	return b, nil, errors.New("too few free source ports")
}

// candidates are the first ports of blocks, in an order that begins anywhere
// among the best.
func candidates(size int) (all []int) {
	best := (1<<16 - firstSource) / size
	start := rand.IntN(best)
	for i := range best {
		all = append(all, firstSource+(start+i)%best*size)
	}
	for p := firstSource - size; p >= leastSource; p -= size {
		all = append(all, p)
	}
	return all
}

func (b block) bind() (fds []int, err error) {
	for i := range b.size {
		fd, err := bindPort(b.first + i)
		if err != nil {
			closeAll(fds)
			return nil, err
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

// bindPort takes a port of both families, or of IPv4 where there is no IPv6.
func bindPort(port uint16) (int, error) {
	fd, e := kernel.Socket(unix.AF_INET6, unix.SOCK_STREAM)
	any := netip.IPv6Unspecified()
	if e == 0 {
		set(fd, unix.SOL_IPV6, unix.IPV6_V6ONLY, 0)
	} else if fd, e = kernel.Socket(unix.AF_INET, unix.SOCK_STREAM); e != 0 {
		return -1, e
	} else {
		any = netip.IPv4Unspecified()
	}
	var at kernel.Sockaddr
	if e = kernel.Bind(fd, at.Set(netip.AddrPortFrom(any, port), 0)); e != 0 {
		kernel.Close(fd)
		return -1, e
	}
	return fd, nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		if fd >= 0 {
			kernel.Close(fd)
		}
	}
}
