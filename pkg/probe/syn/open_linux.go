package syn

import (
	"crypto/rand"
	"encoding/binary"
	"os"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portkit/pkg/probe"
	"portkit/pkg/probe/internal/kernel"
)

// Net holds the transports of a run. No privilege is needed once it is open.
type Net struct {
	workers []*Transport
}

// Open opens the sockets of all workers. It returns ErrPermission without
// CAP_NET_RAW.
func Open(o Options, workers int, c probe.Clock) (*Net, error) {
	n := &Net{}
	lanes := lanesFor(workers)
	errs := make([]error, workers)
	var open []func()
	for i := range workers {
		t := &Transport{
			sentProbes: newSentProbes(lanes), clock: c, scopes: kernel.Scopes{}, key: newKey(),
			neighborTable: neighborTable{neighbors: map[nextHop]*neighbor{}},
			raw:           rawSockets{fds: [2]int{-1, -1}},
			in:            [2]ring{{fd: -1}, {fd: -1}}, out: sendRing{ring: ring{fd: -1}},
			arp: -1, routeEvents: -1,
		}
		n.workers = append(n.workers, t)
		open = append(open, func() {
			if t.block, t.ports, errs[i] = bindBlock(lanes * laneSize); errs[i] == nil {
				errs[i] = t.open(o)
			}
		})
	}
	parallel(open...)
	for _, err := range errs {
		if err != nil {
			n.Close()
			return nil, err
		}
	}
	return n, nil
}

// Transport returns the transport of a worker.
func (n *Net) Transport(worker int) probe.Transport { return n.workers[worker] }

// Close closes all transports.
func (n *Net) Close() {
	var all []func()
	for _, t := range n.workers {
		all = append(all, func() { t.Close() })
	}
	parallel(all...)
}

// newKey returns a random key.
func newKey() key {
	var b [16]byte
	rand.Read(b[:])
	return key{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}
}

// openReceiveRing opens a packet socket for replies, with its ring.
func openReceiveRing(protocol uint16, filter []bpf.Instruction) (r ring, err error) {
	fd, err := openPacket(filter)
	if err != nil {
		return ring{fd: -1}, err
	}
	if r, err = newRing(fd, unix.PACKET_RX_RING, inFrame, inFrames); err != nil {
		closePacket(fd)
		return ring{fd: -1}, err
	}
	return r, bindPacket(fd, protocol)
}

// openARP opens a packet socket for ARP replies and announcements. The filter drops
// requests.
func openARP() (int, error) {
	fd, err := openPacket([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 24, Size: 4}, // target address
		bpf.TAX{},
		bpf.LoadAbsolute{Off: 14, Size: 4}, // sender address: the same in an announcement
		bpf.JumpIfX{Cond: bpf.JumpEqual, SkipTrue: 2},
		bpf.LoadAbsolute{Off: 6, Size: 2}, // operation
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 2, SkipFalse: 1},
		bpf.RetConstant{Val: wholePacket},
		bpf.RetConstant{Val: 0},
	})
	if err != nil {
		return -1, err
	}
	kernel.SetOption(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 1<<20)
	return fd, bindPacket(fd, unix.ETH_P_ARP)
}

// openRouteEvents opens a netlink socket for changes of links, addresses, routes and
// rules (rtnetlink(7)).
func openRouteEvents() (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	at := &unix.SockaddrNetlink{Family: unix.AF_NETLINK}
	for _, g := range []int{
		unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV4_ROUTE,
		unix.RTNLGRP_IPV6_ROUTE, unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE,
	} {
		at.Groups |= 1 << (g - 1)
	}
	return fd, os.NewSyscallError("bind", unix.Bind(fd, at))
}

func ptr(b []byte) unsafe.Pointer { return unsafe.Pointer(&b[0]) }

// Descriptors returns how many descriptors each of a number of workers uses.
func Descriptors(workers int) int { return lanesFor(workers)*laneSize + otherDescriptors }

// otherDescriptors is how many a worker uses besides those of its ports.
const otherDescriptors = 10
