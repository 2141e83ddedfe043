// Package local reports which addresses are this machine's own.
package local

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// maxAge is the maximum age of the list of addresses.
const maxAge = time.Second

// Addresses is the set of addresses of this machine's interfaces, and loopback. The zero
// value is ready for use, also concurrently.
type Addresses struct{ list atomic.Pointer[list] }

type list struct {
	read time.Time
	has  map[netip.Addr]struct{}
}

// Has reports whether an address, with any zone, is this machine's. An address that was
// added within the last second may be missing.
func (a *Addresses) Has(addr netip.Addr) bool {
	if addr.IsLoopback() {
		return true
	}
	l := a.list.Load()
	if l == nil || time.Since(l.read) > maxAge {
		l = read()
		a.list.Store(l)
	}
	_, ok := l.has[addr.WithZone("")]
	return ok
}

func read() *list {
	l := &list{read: time.Now(), has: map[netip.Addr]struct{}{}}
	all, _ := net.InterfaceAddrs()
	for _, one := range all {
		if prefix, err := netip.ParsePrefix(one.String()); err == nil {
			l.has[prefix.Addr().Unmap()] = struct{}{}
		}
	}
	return l
}
