package lab

import (
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// AwaitProbes waits until n packets have been sent to the host since the
// call, for up to 10 s, so that what follows happens in the middle of a scan.
func (h *Host) AwaitProbes(n uint64) {
	h.lab.tb.Helper()
	var first uint64
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		var link netlink.Link
		err := h.upstream().do(func() (err error) { link, err = h.nearLink(); return })
		if err != nil {
			h.lab.tb.Errorf("lab: counting packets: %v", err) // not Fatal: this may be another goroutine
			return
		}
		sent := link.Attrs().Statistics.TxPackets
		if first == 0 {
			first = sent
		}
		if sent >= first+n {
			return
		}
	}
	h.lab.tb.Errorf("lab: fewer than %d packets were sent", n)
}

// SYNs counts the SYNs that reach the host while fn runs, and returns the time from
// the first to the last: the sending rate, without the sender's start and end.
func (h *Host) SYNs(fn func() error) (n int, took time.Duration, err error) {
	var fd int
	err = h.Do(func() (err error) {
		fd, err = synCounter()
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	defer unix.Close(fd)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		n, took = countSYNs(fd, quit)
	}()
	err = fn()
	close(quit)
	<-done
	return n, took, err
}

// synCounter opens a packet socket that accepts SYNs and is never read: the kernel
// counts them (PACKET_STATISTICS in packet(7)).
func synCounter() (fd int, err error) {
	if fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return -1, err
	}
	filter, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 9, Size: 1}, // protocol
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.IPPROTO_TCP, SkipFalse: 4},
		bpf.LoadMemShift{Off: 0},
		bpf.LoadIndirect{Off: 13, Size: 1}, // flags
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x02, SkipFalse: 1},
		bpf.RetConstant{Val: 1},
		bpf.RetConstant{Val: 0},
	})
	if err != nil {
		return -1, err
	}
	code := make([]unix.SockFilter, len(filter))
	for i, c := range filter {
		code[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
	}
	program := &unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	if err = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, program); err == nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1)
	}
	if err == nil {
		const ip = unix.ETH_P_IP<<8 | unix.ETH_P_IP>>8 // network order
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: ip & 0xffff})
	}
	return fd, err
}

// countSYNs reads the count every millisecond until quit is closed.
func countSYNs(fd int, quit <-chan struct{}) (n int, took time.Duration) {
	var first, last time.Time
	for {
		if s, err := unix.GetsockoptTpacketStats(fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil && s.Packets > 0 {
			now := time.Now()
			if n += int(s.Packets); first.IsZero() {
				first = now.Add(-time.Millisecond)
			}
			last = now
		}
		select {
		case <-quit:
			return n, last.Sub(first)
		case <-time.After(time.Millisecond):
		}
	}
}
