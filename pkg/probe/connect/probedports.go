package connect

import (
	"net/netip"
	"sync/atomic"

	"portkit/pkg/probe/internal/local"
)

// ProbedPorts records which ports of this machine the transports of a run are probing.
// Two probes a→b and b→a of one address connect to each other although nothing listens
// (RFC 9293, section 3.5, simultaneous open). It is safe for concurrent use.
//
// It ignores which of this machine's addresses a port belongs to: a probe of an open port
// that is rejected by mistake is retried from another source port.
type ProbedPorts struct {
	local local.Addresses
	ticks atomic.Uint64 // a logical clock that orders starts and ends across workers
	ports [1 << 16]probedPort
}

// probedPort is the state of a port.
type probedPort struct {
	outstanding atomic.Int32
	ended       atomic.Uint64 // tick of the end of the latest attempt
}

// begin records the start of an attempt and returns its tick; 0 if the target is not this
// machine.
func (p *ProbedPorts) begin(to netip.AddrPort) uint64 {
	if p == nil || !p.local.Has(to.Addr()) {
		return 0
	}
	p.ports[to.Port()].outstanding.Add(1)
	return p.ticks.Add(1)
}

// end records the end of an attempt. It sets the tick before the count, so that a port
// without outstanding attempts has its final tick.
func (p *ProbedPorts) end(port uint16) {
	p.ports[port].ended.Store(p.ticks.Add(1))
	p.ports[port].outstanding.Add(-1)
}

// met reports whether a connection that began at a tick may be with another attempt: its
// source port was probed in the meantime.
func (p *ProbedPorts) met(source uint16, began uint64) bool {
	port := &p.ports[source]
	return port.outstanding.Load() > 0 || port.ended.Load() > began
}
