package syn

import (
	"errors"
	"math/rand/v2"
	"net/netip"

	"golang.org/x/sys/unix"

	"portkit/pkg/probe/internal/kernel"
)

const (
	// minSourcePort is the lowest source port: those below belong to services.
	minSourcePort = 1024
	// preferredSourcePort is above the ports that a stock Linux gives to connections
	// (net.ipv4.ip_local_port_range).
	preferredSourcePort = 61_440
)

// lanesFor returns the number of lanes per worker: every source port needs a
// descriptor.
func lanesFor(workers int) int {
	switch {
	case workers <= 2:
		return maxLanes
	case workers <= 8:
		return 4
	}
	return 2
}

// bindBlock reserves a block of ports. It binds a socket to each, which neither listens
// nor connects: the kernel resets what arrives there, as if the port were free, and gives
// it to no other program.
func bindBlock(size int) (b block, fds []int, err error) {
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

// candidates returns the first ports of blocks in the order to try: the preferred ones
// from a random one on, then the others.
func candidates(size int) (all []int) {
	preferred := (1<<16 - preferredSourcePort) / size
	start := rand.IntN(preferred)
	for i := range preferred {
		all = append(all, preferredSourcePort+(start+i)%preferred*size)
	}
	for p := preferredSourcePort - size; p >= minSourcePort; p -= size {
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

// bindPort binds a socket to a port of both families, or of IPv4 alone on a system
// without IPv6.
func bindPort(port uint16) (int, error) {
	fd, e := kernel.Socket(unix.AF_INET6, unix.SOCK_STREAM)
	any := netip.IPv6Unspecified()
	if e == 0 {
		kernel.SetOption(fd, unix.SOL_IPV6, unix.IPV6_V6ONLY, 0)
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
