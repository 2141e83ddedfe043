package probe

import (
	"math"
	"sync/atomic"

	"portkit/pkg/endpoint"
)

// counter is written by one goroutine and read by any.
type counter struct{ atomic.Int64 }

func (c *counter) add(n int64) { c.Store(c.Load() + n) }

// Counts are the totals of a worker, or of all, so far.
type Counts struct {
	// Settled counts jobs by state.
	Settled [endpoint.States]counter
	// InFlight is the number of outstanding endpoints.
	InFlight counter
	// Attempts counts probes sent.
	Attempts counter
	// Short is 1 once probes have waited for a descriptor.
	Short atomic.Int32
	// Repeats counts retransmissions that the system sent by itself.
	Repeats counter
	// Replied counts endpoints that replied, Probes the probes up to the one that was
	// replied to: 1 − Replied ÷ Probes was lost.
	Replied, Probes counter
	// Unproven counts TCP endpoints concluded silent although their address, which
	// had replied before, replied to no probe sent after theirs.
	Unproven counter

	// Unheard counts timeouts of probes to addresses that had not replied.
	Unheard counter
	// SilentHosts counts addresses of which endpoints were settled without a probe
	// because nothing was received from them.
	SilentHosts counter
	// Echoes counts ICMP echo requests.
	Echoes counter

	falseSilence atomic.Uint64 // bits of a float64 that only grows
}

// FalseSilenceProb returns the maximum probability, over all endpoints concluded silent
// and not Unproven, that every probe was lost: at the loss that their address had shown,
// if losses are independent.
func (c *Counts) FalseSilenceProb() float64 { return math.Float64frombits(c.falseSilence.Load()) }

// noteFalseSilence adds a conclusion that is wrong with probability p.
func (c *Counts) noteFalseSilence(p float64) {
	if p > c.FalseSilenceProb() {
		c.falseSilence.Store(math.Float64bits(p))
	}
}

// Done returns the number of settled jobs.
func (c *Counts) Done() (n int64) {
	for i := range c.Settled {
		n += c.Settled[i].Load()
	}
	return n
}

// Loss returns the part of the probes that was lost, measured at endpoints that replied
// in the end.
func (c *Counts) Loss() float64 {
	if c.Probes.Load() == 0 {
		return 0
	}
	return 1 - float64(c.Replied.Load())/float64(c.Probes.Load())
}

// Counts returns the sum of what was done so far.
func (e *Engine) Counts() *Counts {
	sum := &Counts{}
	sum.addAll(&e.skipped)
	sum.addAll(&e.deferrals.counts)
	for _, w := range e.workers {
		sum.addAll(&w.counts)
	}
	return sum
}

func (c *Counts) addAll(part *Counts) {
	for i := range c.Settled {
		c.Settled[i].add(part.Settled[i].Load())
	}
	c.InFlight.add(part.InFlight.Load())
	c.Attempts.add(part.Attempts.Load())
	c.Short.Store(max(c.Short.Load(), part.Short.Load()))
	c.Repeats.add(part.Repeats.Load())
	c.Replied.add(part.Replied.Load())
	c.Probes.add(part.Probes.Load())
	c.Unproven.add(part.Unproven.Load())
	c.Unheard.add(part.Unheard.Load())
	c.SilentHosts.add(part.SilentHosts.Load())
	c.Echoes.add(part.Echoes.Load())
	c.noteFalseSilence(part.FalseSilenceProb())
}
