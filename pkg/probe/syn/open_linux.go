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

// Net is the transports of a run's workers. All that takes rights is done when it
// is open.
type Net struct {
	workers []*Transport
}

// Open opens the sockets of so many workers. It returns ErrPermission where this
// process may not.
func Open(o Options, workers int, c probe.Clock) (*Net, error) {
	n := &Net{}
	lanes := lanesFor(workers)
	errs := make([]error, workers)
	var open []func()
	for i := range workers {
		t := &Transport{
			flights: newFlights(lanes), clock: c, scopes: kernel.Scopes{}, key: newKey(),
			neighborTable: neighborTable{known: map[nextHop]*neighbor{}},
			raw:           rawSockets{fds: [2]int{-1, -1}},
			in:            [2]ring{{fd: -1}, {fd: -1}}, out: outbox{ring: ring{fd: -1}},
			arp: -1, changes: -1,
		}
		n.workers = append(n.workers, t)
		open = append(open, func() {
			if t.block, t.ports, errs[i] = reserve(lanes * laneAttempts); errs[i] == nil {
				errs[i] = t.prepare(o)
			}
		})
	}
	together(open...)
	for _, err := range errs {
		if err != nil {
			n.Close()
			return nil, err
		}
	}
	return n, nil
}

// Transport returns a worker's own.
func (n *Net) Transport(worker int) probe.Transport { return n.workers[worker] }

// Close frees everything.
func (n *Net) Close() {
	var all []func()
	for _, t := range n.workers {
		all = append(all, func() { t.Close() })
	}
	together(all...)
}

// newKey returns a key that nobody knows.
func newKey() key {
	var b [16]byte
	rand.Read(b[:])
	return key{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}
}

// openInbox opens a packet socket for answers, with its ring.
func openInbox(protocol uint16, filter []bpf.Instruction) (r ring, err error) {
	fd, err := listen(filter)
	if err != nil {
		return ring{fd: -1}, err
	}
	if r, err = newRing(fd, unix.PACKET_RX_RING, inFrame, inFrames); err != nil {
		shut(fd)
		return ring{fd: -1}, err
	}
	return r, hear(fd, protocol)
}

// openARP opens a packet socket for answers of ARP, and for announcements. The
// filter keeps other questions out.
func openARP() (int, error) {
	fd, err := listen([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 24, Size: 4}, // target
		bpf.TAX{},
		bpf.LoadAbsolute{Off: 14, Size: 4}, // sender
		bpf.JumpIfX{Cond: bpf.JumpEqual, SkipTrue: 2},
		bpf.LoadAbsolute{Off: 6, Size: 2}, // operation
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 2, SkipFalse: 1},
		bpf.RetConstant{Val: all},
		bpf.RetConstant{Val: 0},
	})
	if err != nil {
		return -1, err
	}
	set(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 1<<20)
	return fd, hear(fd, unix.ETH_P_ARP)
}

// openChanges opens a netlink socket that hears of changes of links, addresses,
// routes and rules (rtnetlink(7)).
func openChanges() (int, error) {
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

// Descriptors is how many each of so many workers takes.
func Descriptors(workers int) int { return lanesFor(workers)*laneAttempts + ownDescriptors }

// ownDescriptors is how many a worker takes beside those that hold its ports.
const ownDescriptors = 10
