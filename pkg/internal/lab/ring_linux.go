package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portkit/pkg/wire"
)

// Rings is the upper bound for a SYN scanner: threads with a ring each for sending and
// receiving (packet(7)), no input and no output, all targets behind one neighbor, no
// retransmission. IPv4 only. Its time excludes opening and closing the rings.
func Rings(threads int) Peer {
	return Peer{
		Name: fmt.Sprintf("bare SYN rings, %d threads", threads),
		Scan: func(to Target) (Count, error) { return ringScan(threads, to) },
	}
}

const (
	ringFrames = 4096
	ringFrame  = 256   // bytes
	ringBatch  = 64    // frames per system call
	ringPort   = 62000 // source port of the first thread; the next uses the next
)

func ringScan(threads int, to Target) (c Count, err error) {
	path, err := pathTo(to.Hosts[0])
	if err != nil {
		return c, err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(threads+1, runtime.GOMAXPROCS(0))))
	loops := make([]ringLoop, threads)
	for i := range loops {
		l := &loops[i]
		*l = ringLoop{
			path: path, target: to, port: uint16(ringPort + i),
			at: i * to.Len() / threads, end: (i + 1) * to.Len() / threads,
		}
		if err := l.prepare(); err != nil {
			return c, err
		}
		defer l.close()
	}
	var run sync.WaitGroup
	errs := make([]error, threads)
	begun, before := time.Now(), used()
	for i := range loops {
		run.Go(func() { errs[i] = loops[i].run() })
	}
	run.Wait()
	c = Count{Asked: to.Len(), CPU: used() - before}
	for i := range loops {
		c.Took = max(c.Took, loops[i].last.Sub(begun))
		c.Open += loops[i].accepted
		c.Closed += loops[i].refused
	}
	return c, errors.Join(errs...)
}

// path is the link and MAC address of a neighbor.
type path struct {
	link     int
	from     netip.Addr
	own, mac wire.MAC
}

// pathTo returns the neighbor through which the kernel sends to an address.
func pathTo(to netip.Addr) (p path, err error) {
	routes, err := netlink.RouteGet(to.AsSlice())
	if err != nil || len(routes) == 0 {
		return p, fmt.Errorf("the way to %v: %w", to, err)
	}
	link, err := netlink.LinkByIndex(routes[0].LinkIndex)
	if err != nil {
		return p, err
	}
	next := to
	if g, ok := netip.AddrFromSlice(routes[0].Gw); ok {
		next = g.Unmap()
	}
	from, _ := netip.AddrFromSlice(routes[0].Src)
	p = path{link: routes[0].LinkIndex, from: from.Unmap()}
	copy(p.own[:], link.Attrs().HardwareAddr)
	for range 100 {
		all, err := netlink.NeighList(p.link, unix.AF_INET)
		if err != nil {
			return p, err
		}
		for _, n := range all {
			if a, _ := netip.AddrFromSlice(n.IP); a.Unmap() == next && len(n.HardwareAddr) == len(p.mac) {
				copy(p.mac[:], n.HardwareAddr)
				return p, nil
			}
		}
		// A datagram makes the kernel resolve it.
		if c, err := net.Dial("udp", netip.AddrPortFrom(to, 9).String()); err == nil {
			_, _ = c.Write(nil)
			c.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return p, fmt.Errorf("nobody answers for %v", next)
}

// ringLoop is the work of one thread.
type ringLoop struct {
	path
	target            Target
	port              uint16
	at, end           int // range of endpoints left
	accepted, refused int
	last              time.Time // time of the last reply
	in, out           ringMemory
}

func (l *ringLoop) prepare() (err error) {
	filter := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 23, Size: 1}, // protocol
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: wire.ProtoTCP, SkipFalse: 3},
		bpf.LoadAbsolute{Off: 36, Size: 2}, // destination port
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(l.port), SkipFalse: 1},
		bpf.RetConstant{Val: ringFrame},
		bpf.RetConstant{Val: 0},
	}
	if l.in, err = newRingMemory(l.link, unix.PACKET_RX_RING, unix.ETH_P_IP, filter); err != nil {
		return err
	}
	l.out, err = newRingMemory(l.link, unix.PACKET_TX_RING, 0, nil)
	return err
}

func (l *ringLoop) close() {
	l.in.close()
	l.out.close()
}

func (l *ringLoop) run() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	total := l.end - l.at
	l.last = time.Now()
	for l.accepted+l.refused < total {
		for n := 0; n < ringBatch && l.at < l.end; n++ {
			frame := l.out.free()
			if frame == nil {
				break
			}
			l.out.give(l.syn(frame))
			l.at++
		}
		if err := l.out.send(); err != nil {
			return err
		}
		if !l.hear() && l.at == l.end && time.Since(l.last) > 200*time.Millisecond {
			return nil
		}
	}
	return nil
}

// syn writes the next frame to be sent.
func (l *ringLoop) syn(b []byte) []byte {
	to := l.target.At(l.at)
	b = wire.AppendEthernet(b, l.mac, l.own, wire.EtherIPv4)
	b = wire.AppendIP(b, l.from, to.Addr(), wire.ProtoTCP, 64, wire.SYNSize)
	return wire.AppendSYN(b, netip.AddrPortFrom(l.from, l.port), to, uint32(l.at), 1460)
}

// hear counts replies and reports whether there were any.
func (l *ringLoop) hear() (any bool) {
	for {
		frame := l.in.full()
		if frame == nil {
			if any {
				l.last = time.Now()
			}
			return any
		}
		any = true
		switch flags := frame[wire.EthernetSize+20+13]; {
		case flags&wire.FlagRST != 0:
			l.refused++
		case flags&wire.FlagSYN != 0:
			l.accepted++
		}
		l.in.release()
	}
}
