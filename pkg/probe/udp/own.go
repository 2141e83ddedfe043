package udp

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Ports are those that a run's own sockets have. Where this machine itself is
// asked they are met: what they send is no answer, and what they hear is no
// request. They are for any goroutine.
type Ports struct {
	bits [1 << 16 / 64]atomic.Uint64

	mu    sync.Mutex
	local map[netip.Addr]bool
	read  time.Time // when local was
}

func (p *Ports) add(port uint16)    { p.bits[port/64].Or(1 << (port % 64)) }
func (p *Ports) remove(port uint16) { p.bits[port/64].And(^uint64(1 << (port % 64))) }

// have says that an endpoint is a port of this run's at an address of this
// machine.
func (p *Ports) have(a netip.AddrPort) bool {
	if p == nil || p.bits[a.Port()/64].Load()&(1<<(a.Port()%64)) == 0 {
		return false
	}
	return a.Addr().IsLoopback() || p.isLocal(a.Addr().WithZone(""))
}

// isLocal says that an address is this machine's. Addresses are read anew once a
// second at most: few endpoints are looked at here.
func (p *Ports) isLocal(a netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.read) > time.Second {
		p.read, p.local = time.Now(), map[netip.Addr]bool{}
		all, _ := net.InterfaceAddrs()
		for _, one := range all {
			if prefix, err := netip.ParsePrefix(one.String()); err == nil {
				p.local[prefix.Addr().Unmap()] = true
			}
		}
	}
	return p.local[a]
}
