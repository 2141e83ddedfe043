package lab

import (
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// A relay is a namespace in the middle of a link that delays every frame. It has
// packet sockets (packet(7)) and no addresses, so it works without /dev/net/tun, which
// an unprivileged user cannot open.
const (
	relayNear = "near"
	relayFar  = "far"
	// relayQueue is the maximum number of frames in each direction; more are lost, as
	// in a router.
	relayQueue = 1 << 16
	// maxAge bounds how long ago a frame may have arrived: the wall clock may be set.
	maxAge = 10 * time.Second
)

// relay makes the namespace and the link from it to the host.
func (h *Host) relay() (*space, error) {
	s, err := newSpace()
	if err != nil {
		return nil, err
	}
	h.undo = append(h.undo, func() error { s.close(); return nil })
	return s, s.do(func() error {
		// Without IPv6 the relay sends nothing by itself.
		if err := writeSysctl("net/ipv6/conf/default/disable_ipv6", "1"); err != nil {
			return err
		}
		return netlink.LinkAdd(&netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: relayFar},
			PeerName:  "eth0", PeerNamespace: netlink.NsFd(h.space.ns),
		})
	})
}

// startRelay starts forwarding, once both links exist.
func (h *Host) startRelay(s *space) error {
	var ends [2]*os.File
	err := s.do(func() (err error) {
		for i, name := range []string{relayNear, relayFar} {
			if ends[i], err = packetSocket(name); err != nil {
				return fmt.Errorf("relay, %s end: %w", name, err)
			}
		}
		return nil
	})
	var run sync.WaitGroup
	h.undo = append(h.undo, func() error {
		for _, e := range ends {
			if e != nil {
				e.Close()
			}
		}
		run.Wait()
		return nil
	})
	if err != nil {
		return err
	}
	for i := range ends {
		q := &delayQueue{delay: h.cfg.delay, jitter: h.cfg.jitter, late: &h.late, wake: make(chan struct{}, 1)}
		if i == 1 { // what comes from the far end
			q.portDelay = h.cfg.portDelay
		}
		run.Go(func() { q.read(ends[i]) })
		run.Go(func() { q.write(ends[1-i]) })
	}
	return nil
}

// Late returns the maximum time since the last call by which a frame has left Delay or
// PortDelay late, because the machine was busy.
func (h *Host) Late() time.Duration { return time.Duration(h.late.Swap(0)) }

// packetSocket opens a socket for all that arrives on a link. Frames carry
// their virtio header, so that checksums still to be made are made by the
// other end (packet(7), PACKET_VNET_HDR).
func packetSocket(link string) (*os.File, error) {
	dev, err := netlink.LinkByName(link)
	if err != nil {
		return nil, err
	}
	if err := netlink.LinkSetUp(dev); err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	const all = unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8 // network order
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 32<<20)
	// Refused in a user namespace: the limit of the other call then holds.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 32<<20)
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1),
		unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1),
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all & 0xffff, Ifindex: dev.Attrs().Index}))
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), link), nil
}

// delayQueue holds the frames of one direction in the order they are due.
type delayQueue struct {
	delay, jitter time.Duration
	portDelay     func(port uint16) time.Duration // nil: none
	late          *atomic.Int64                   // see Host.Late
	wake          chan struct{}

	mu     sync.Mutex
	frames frames
	closed bool
}

// read queues frames until its socket is closed.
func (q *delayQueue) read(from *os.File) {
	buf := make([]byte, 1<<17)
	for {
		n, arrived, err := receive(from, buf)
		if err != nil && !errors.Is(err, unix.ENETDOWN) {
			q.push(frame{}, true)
			return
		}
		if n <= 0 {
			continue
		}
		due := arrived.Add(q.delay)
		if q.jitter > 0 {
			due = due.Add(rand.N(q.jitter))
		}
		if port := sourcePort(buf[:n]); port != 0 && q.portDelay != nil {
			due = due.Add(q.portDelay(port))
		}
		q.push(frame{due, append([]byte(nil), buf[:n]...)}, false)
	}
}

// receive reads a frame and the time at which the kernel received it, which on a busy
// machine is much earlier.
func receive(from *os.File, buf []byte) (n int, arrived time.Time, err error) {
	raw, err := from.SyscallConn()
	if err != nil {
		return 0, arrived, err
	}
	var oob [64]byte
	var size int
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		n, size, _, _, failed = unix.Recvmsg(int(fd), buf, oob[:], unix.MSG_DONTWAIT)
		return !errors.Is(failed, unix.EAGAIN)
	})
	return n, Arrival(oob[:size]), errors.Join(err, failed)
}

// Arrival returns the time in the control messages of a packet (socket(7),
// SO_TIMESTAMPNS), which is of the wall clock, or else the present.
func Arrival(messages []byte) time.Time {
	now := time.Now()
	all, err := unix.ParseSocketControlMessage(messages)
	for _, m := range all {
		if err != nil || m.Header.Level != unix.SOL_SOCKET || m.Header.Type != unix.SO_TIMESTAMPNS || len(m.Data) < 16 {
			continue
		}
		at := time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		if age := now.Sub(at); age > 0 && age < maxAge {
			return now.Add(-age)
		}
	}
	return now
}

// sourcePort returns the port that a frame with a virtio header was sent from by TCP
// over IPv4 without options or IPv6; 0 for all others.
func sourcePort(f []byte) uint16 {
	const virtio, ethernet = 10, 14
	if len(f) < virtio+ethernet+42 {
		return 0
	}
	ip := f[virtio+ethernet:]
	switch {
	case ip[0] == 0x45 && ip[9] == unix.IPPROTO_TCP: // no options
		return binary.BigEndian.Uint16(ip[20:])
	case ip[0]>>4 == 6 && ip[6] == unix.IPPROTO_TCP:
		return binary.BigEndian.Uint16(ip[40:])
	}
	return 0
}

func (q *delayQueue) push(f frame, last bool) {
	q.mu.Lock()
	q.closed = q.closed || last
	if !last && len(q.frames) < relayQueue {
		heap.Push(&q.frames, f)
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// write sends frames when they are due, until the reader has ended.
func (q *delayQueue) write(to *os.File) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		f, late, wait, closed := q.next()
		if closed {
			return
		}
		if f != nil {
			raise(q.late, int64(late))
			// A frame that cannot be sent is lost, as on any link.
			_, _ = to.Write(f)
			continue
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-q.wake:
		}
	}
}

// raise makes a value at least n.
func raise(v *atomic.Int64, n int64) {
	for old := v.Load(); old < n && !v.CompareAndSwap(old, n); old = v.Load() {
	}
}

// next returns a frame that is due and how long it has been, or how long to wait for
// one.
func (q *delayQueue) next() (f []byte, late, wait time.Duration, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.frames) == 0 {
		return nil, 0, time.Hour, q.closed
	}
	if wait = time.Until(q.frames[0].due); wait > 0 {
		return nil, 0, wait, false
	}
	return heap.Pop(&q.frames).(frame).data, -wait, 0, false
}

// frame is bytes on the wire and when they are due.
type frame struct {
	due  time.Time
	data []byte
}

// frames is a heap by due, for container/heap.
type frames []frame

func (f frames) Len() int           { return len(f) }
func (f frames) Less(i, j int) bool { return f[i].due.Before(f[j].due) }
func (f frames) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *frames) Push(x any)        { *f = append(*f, x.(frame)) }
func (f *frames) Pop() any {
	last := len(*f) - 1
	x := (*f)[last]
	(*f)[last] = frame{}
	*f = (*f)[:last]
	return x
}
