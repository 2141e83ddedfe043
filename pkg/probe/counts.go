package probe

import (
	"math"
	"sync/atomic"

	"portkit/pkg/endpoint"
)

// counter is written by one goroutine and read by any.
type counter struct{ atomic.Int64 }

func (c *counter) add(n int64) { c.Store(c.Load() + n) }

// Counts is what a worker, or all of them, have done so far.
type Counts struct {
	// Settled counts jobs by their state.
	Settled [endpoint.States]counter
	// InFlight counts endpoints that wait for an answer.
	InFlight counter
	// Attempts counts what was sent.
	Attempts counter
	// Short is 1 once probes have waited for a descriptor.
	Short atomic.Int32
	// Repeats counts the attempts that the system sent by itself.
	Repeats counter
	// Answered counts endpoints that answered, Tries the attempts these took
	// up to the one that was answered: 1 − Answered ÷ Tries was lost.
	Answered, Tries counter

	// Unproven counts TCP endpoints concluded silent although no probe sent after
	// their own was replied to by their address, which had replied before.
	Unproven counter

	falseSilenceProb atomic.Uint64 // bits of a float64 that only grows
}

// FalseSilenceProb returns the largest probability, of all endpoints concluded silent and not
// Unproven, that each of their probes was lost, if losses are independent, at the
// loss that their address had shown.
func (c *Counts) FalseSilenceProb() float64 { return math.Float64frombits(c.falseSilenceProb.Load()) }

// noteFalseSilence notes one such chance.
func (c *Counts) noteFalseSilence(chance float64) {
	if chance > c.FalseSilenceProb() {
		c.falseSilenceProb.Store(math.Float64bits(chance))
	}
}

// Done is how many jobs are settled.
func (c *Counts) Done() (n int64) {
	for i := range c.Settled {
		n += c.Settled[i].Load()
	}
	return n
}

// Loss is the part of the attempts that was lost, as far as endpoints that
// answered in the end can tell.
func (c *Counts) Loss() float64 {
	if c.Tries.Load() == 0 {
		return 0
	}
	return 1 - float64(c.Answered.Load())/float64(c.Tries.Load())
}

// Counts adds up what the workers have done so far.
func (e *Engine) Counts() *Counts {
	sum := &Counts{}
	for _, w := range e.workers {
		for i := range sum.Settled {
			sum.Settled[i].add(w.counts.Settled[i].Load())
		}
		sum.InFlight.add(w.counts.InFlight.Load())
		sum.Attempts.add(w.counts.Attempts.Load())
		sum.Short.Store(max(sum.Short.Load(), w.counts.Short.Load()))
		sum.Repeats.add(w.counts.Repeats.Load())
		sum.Answered.add(w.counts.Answered.Load())
		sum.Tries.add(w.counts.Tries.Load())
		sum.Unproven.add(w.counts.Unproven.Load())
		sum.noteFalseSilence(w.counts.FalseSilenceProb())
	}
	return sum
}
