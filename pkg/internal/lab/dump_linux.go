package lab

import (
	"errors"

	"github.com/vishvananda/netlink"
)

// whole asks the kernel for a list until it gets one that did not change while
// it was read.
func whole[T any](list func() ([]T, error)) (got []T, err error) {
	for range 100 {
		got, err = list()
		if !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	return got, err
}

func allLinks() ([]netlink.Link, error) { return whole(netlink.LinkList) }

// addrsOf lists addresses of a family; of every link if that is nil.
func addrsOf(link netlink.Link, family int) ([]netlink.Addr, error) {
	return whole(func() ([]netlink.Addr, error) { return netlink.AddrList(link, family) })
}
