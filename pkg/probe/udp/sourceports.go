package udp

import (
	"net/netip"
	"sync/atomic"

	"portkit/pkg/probe/internal/local"
)

// SourcePorts is the set of ports that the sockets of a run are bound to. If this machine is
// probed, a datagram from one of them is a probe, not a reply. It is safe for concurrent use.
type SourcePorts struct {
	bits  [1 << 16 / 64]atomic.Uint64
	local local.Addresses
}

func (p *SourcePorts) add(port uint16)    { p.bits[port/64].Or(1 << (port % 64)) }
func (p *SourcePorts) remove(port uint16) { p.bits[port/64].And(^uint64(1 << (port % 64))) }

// contains reports whether an endpoint is a port of this run at an address of this machine.
func (p *SourcePorts) contains(a netip.AddrPort) bool {
	return p != nil && p.bits[a.Port()/64].Load()&(1<<(a.Port()%64)) != 0 && p.local.Has(a.Addr())
}
