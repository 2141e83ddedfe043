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

// space is a network namespace with a thread in it. The nil space is the scanner's,
// where everything else runs.
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

// live runs the thread of the namespace. It returns without unlocking the thread, so
// that the runtime ends it and the namespace is removed. The main thread would not
// end, so it is kept busy until another one is found.
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

// settings are those of every namespace: no duplicate address detection (RFC 4862
// section 5.4), so that addresses can be used at once, and no limit for ICMP errors.
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
		// In older kernels some of these are not per namespace.
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

// writeSysctl sets key (net/ipv4/…) in the namespace of the calling thread, whose
// settings /proc/sys/net shows.
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
