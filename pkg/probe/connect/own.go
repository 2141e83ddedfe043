package connect

import (
	"net/netip"
	"sync/atomic"

	"portkit/pkg/probe/internal/local"
)

// Own records which ports of this machine the transports of a run are probing.
// Two probes a→b and b→a of one address meet (RFC 9293, section 3.5, simultaneous
// open) and are connected although nothing listens. It is for any goroutine.
//
// It ignores which of this machine's addresses a port belongs to: an open port
// that is mistaken for a meeting is retried from another source port.
type Own struct {
	local local.Addresses
	ticks atomic.Uint64 // a logical clock: orders beginnings and ends across workers
	ports [1 << 16]ownPort
}

// ownPort is the state of a port as a target.
type ownPort struct {
	outstanding atomic.Int32
	ended       atomic.Uint64 // tick of the last attempt's end
}

// begin records an attempt that is about to start and returns its tick, which is 0
// if the target is not this machine.
func (o *Own) begin(to netip.AddrPort) uint64 {
	if o == nil || !o.local.Has(to.Addr()) {
		return 0
	}
	o.ports[to.Port()].outstanding.Add(1)
	return o.ticks.Add(1)
}

// end records that the socket of an attempt is free again. The tick comes first, so
// that a port without outstanding attempts has it.
func (o *Own) end(port uint16) {
	o.ports[port].ended.Store(o.ticks.Add(1))
	o.ports[port].outstanding.Add(-1)
}

// met reports whether a connection that began at a tick may be with another
// attempt: its source port was a target in the meantime.
func (o *Own) met(source uint16, began uint64) bool {
	p := &o.ports[source]
	return p.outstanding.Load() > 0 || p.ended.Load() > began
}
