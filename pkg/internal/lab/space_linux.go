package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// space is a network namespace and the thread that lives in it. The nil
// space is the scanner's own, where everything else runs.
type space struct {
	ns   netns.NsHandle
	work chan func()
	done chan struct{}
}

// newSpace makes a namespace with loopback up.
func newSpace() (*space, error) {
	s := &space{work: make(chan func()), done: make(chan struct{})}
	ready := make(chan error)
	go s.live(ready)
	if err := <-ready; err != nil {
		return nil, err
	}
	return s, nil
}

// live is the whole life of the namespace's thread. It ends locked, so that
// the runtime ends the thread with it and the namespace goes away. The main
// thread would not end: it is held back while another one is found.
func (s *space) live(ready chan<- error) {
	runtime.LockOSThread()
	if unix.Gettid() == unix.Getpid() {
		other := make(chan error)
		go s.live(other)
		err := <-other
		runtime.UnlockOSThread()
		ready <- err
		return
	}
	defer close(s.done)
	if err := s.unshare(); err != nil {
		ready <- err
		return
	}
	ready <- nil
	for fn := range s.work {
		fn()
	}
}

func (s *space) unshare() error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	ns, err := netns.Get()
	if err != nil {
		return err
	}
	s.ns = ns
	return setUp()
}

// do runs fn in the namespace and returns its error.
func (s *space) do(fn func() error) error {
	if s == nil {
		return fn()
	}
	errs := make(chan error, 1)
	s.work <- func() { errs <- fn() }
	return <-errs
}

func (s *space) close() {
	close(s.work)
	<-s.done
	s.ns.Close()
}

// settings are for every namespace of the lab: addresses serve at once
// (no duplicate address detection, RFC 4862 section 5.4), and ICMP is not
// limited unless a host asks for that.
var settings = [...][2]string{
	{"net/ipv6/conf/all/disable_ipv6", "0"},
	{"net/ipv6/conf/default/disable_ipv6", "0"},
	{"net/ipv6/conf/all/accept_dad", "0"},
	{"net/ipv6/conf/default/accept_dad", "0"},
	{"net/ipv4/conf/all/rp_filter", "0"},
	{"net/ipv4/conf/default/rp_filter", "0"},
	{"net/ipv4/icmp_ratelimit", "0"},
	{"net/ipv6/icmp/ratelimit", "0"},
	{"net/ipv4/icmp_msgs_per_sec", "1000000"},
	{"net/ipv4/icmp_msgs_burst", "100000"},
}

func setUp() error {
	for _, kv := range settings {
		// Older kernels keep some of these outside of namespaces.
		if err := writeSysctl(kv[0], kv[1]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(lo)
}

// writeSysctl sets key (net/ipv4/…) in the namespace of the calling thread:
// that is whose settings /proc/sys/net shows.
func writeSysctl(key, value string) error {
	f, err := os.OpenFile("/proc/sys/"+key, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteString(value); err != nil {
		return fmt.Errorf("setting %s to %s: %w", key, value, err)
	}
	return nil
}
