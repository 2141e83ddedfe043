package udp

import (
	"net/netip"
	"sync/atomic"

	"portkit/pkg/probe/internal/local"
)

// Ports are those that a run's own sockets have. Where this machine itself is
// asked they are met: what they send is no answer, and what they hear is no
// request. They are for any goroutine.
type Ports struct {
	bits  [1 << 16 / 64]atomic.Uint64
	local local.Addresses
}

func (p *Ports) add(port uint16)    { p.bits[port/64].Or(1 << (port % 64)) }
func (p *Ports) remove(port uint16) { p.bits[port/64].And(^uint64(1 << (port % 64))) }

// have says that an endpoint is a port of this run's at an address of this
// machine.
func (p *Ports) have(a netip.AddrPort) bool {
	return p != nil && p.bits[a.Port()/64].Load()&(1<<(a.Port()%64)) != 0 && p.local.Has(a.Addr())
}
