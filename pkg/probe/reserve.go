package probe

import "sync"

// reservation lists the limits at an address that have granted one probe. Either the
// probe is sent or cancel returns all of it: what was not sent must not use up a
// rate.
type reservation struct {
	at       Time
	slot     bool // of the window
	pace     bool // of the window's pace
	retry    bool // of the address's ICMP limit
	group    bool // of its group's
	hostRate bool // of --host-rate
	begins   bool // first probe to the address by any protocol
	first    bool // first probe to the address by this protocol
	link     bool // the probe that starts address resolution
	counted  bool // as a probe of an endpoint, not a canary
	before   Time // when the latest such probe was sent
	view     view
}

// verdict is the answer of an address to a probe that is to be sent.
type verdict uint8

const (
	granted     verdict = iota
	noSlot              // the window is full; the worker is woken when it is not
	notYet              // a rate limit allows it later
	unresolved          // the link has no such address
	unwitnessed         // it has stopped replying, or a canary is to be sent first; the worker is woken
	abandoned           // it has stopped replying for longer than --lost-patience
)

// reserve reserves one probe from q at every limit of the address. If a rate limit
// does not allow it yet, next is when to try again. again is set for an endpoint that is
// probed again, which needs a witness first.
func (a *address) reserve(r *reservation, c ceiling, now Time, worker int, q *queue, again bool) (v verdict, next Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case now < a.unresolved:
		return unresolved, 0
	case q.canaries:
	case a.witness != nil && a.witness.state == gone:
		return abandoned, 0
	case a.holds() || again && a.lacksWitness(now):
		a.slotWaiters |= 1 << worker
		return unwitnessed, 0
	}
	if q.needsSlot && a.window.full() && !(q.canaries && a.table.adaptive) {
		a.slotWaiters |= 1 << worker
		return noSlot, 0
	}
	*r = reservation{at: now}
	if next, ok := a.reserveRates(c, q, r); !ok {
		a.cancelRates(c, r)
		return notYet, next
	}
	if r.slot = q.needsSlot; r.slot {
		a.window.acquire()
	}
	if r.first = a.replied == 0; r.first {
		a.replied = now
	}
	r.link = a.link.sent(now)
	if r.counted = !q.canaries; r.counted {
		r.before, a.sent = a.sent, max(a.sent, now)
		a.probes++
	}
	r.view = a.view(now)
	return granted, 0
}

// reserveRates reserves a probe at each rate limit in turn, and reports whether all
// allow it. The mutex is held.
func (a *address) reserveRates(c ceiling, q *queue, r *reservation) (next Time, ok bool) {
	if r.pace, next = a.window.allow(r.at); !r.pace {
		return next, false
	}
	if q.icmpPaced {
		if next, ok = a.reserveRetry(r); !ok {
			return next, false
		}
	}
	if r.hostRate, r.begins, next = a.rate.allow(c, r.at); !r.hostRate {
		return next, false
	}
	return 0, true
}

// cancel returns the reservation of a probe that was not sent, and the workers to
// wake for its slot.
func (a *address) cancel(c ceiling, r *reservation) (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cancelRates(c, r)
	if r.slot {
		a.window.inFlight--
	}
	if r.first && a.replied == r.at {
		a.replied = 0
	}
	if r.link {
		a.link.unsent(a.window.inFlight)
	}
	if r.counted {
		if a.probes--; a.sent == r.at {
			a.sent = r.before
		}
	}
	return a.wake()
}

// cancelRates returns what a probe was granted by rate limits. The mutex is held.
func (a *address) cancelRates(c ceiling, r *reservation) {
	if r.pace {
		a.window.cancel()
	}
	if r.retry {
		a.icmpLimiter.cancel()
	}
	if r.group {
		a.groups.cancel(r.at, a.member())
	}
	if r.hostRate {
		a.rate.cancel(c, r.begins)
	}
}

// hostRate is the rate limit of one address, and the time of its first probe. All
// protocols share it. A nil hostRate has no limit.
type hostRate struct {
	mu sync.Mutex
	schedule
	first Time // 0: none was sent
}

// allow reports whether the limit allows a probe at now, or else when, and whether
// that is the first one.
func (h *hostRate) allow(c ceiling, now Time) (ok, first bool, next Time) {
	if h == nil {
		return true, false, 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	got, next := c.allow(&h.schedule, now, 1)
	if first = got == 1 && h.first == 0; first {
		h.first = now
	}
	return got == 1, first, next
}

// cancel returns a probe that was not sent.
func (h *hostRate) cancel(c ceiling, first bool) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	c.cancel(&h.schedule)
	if first {
		h.first = 0
	}
}

// charge counts a retransmission that the system has sent by itself.
func (h *hostRate) charge(c ceiling, now Time) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	c.charge(&h.schedule, now)
}
