package simnet

import (
	"net/netip"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// reply is a reply on its way.
type reply struct {
	id            probe.ID
	reason        endpoint.Reason
	n             uint8
	unresolved    bool
	fromOtherPort bool
	echo          bool
	from          netip.Addr
	sent          uint32 // number of the probe in sentProbes; 0: Forget has no effect
	gen           uint32 // generation of that number
}

// sentProbes numbers the probes whose replies are on their way. The number of a
// forgotten probe is used again, in the next generation.
type sentProbes struct {
	gens []uint32 // by number − 1
	free []uint32
}

// add gives a probe a number and a handle and returns r as the reply to it.
func (s *sentProbes) add(a *probe.Attempt, r reply) reply {
	if n := len(s.free); n > 0 {
		r.sent = s.free[n-1]
		s.free = s.free[:n-1]
	} else {
		s.gens = append(s.gens, 0)
		r.sent = uint32(len(s.gens))
	}
	r.gen = s.gens[r.sent-1]
	a.Handle = uint64(r.gen)<<32 | uint64(r.sent)
	return r
}

// receive removes the probe that r replies to. It reports whether r is to be
// delivered.
func (s *sentProbes) receive(r reply) bool { return r.sent == 0 || s.remove(r.sent, r.gen) }

// forget removes the probe with a handle.
func (s *sentProbes) forget(handle uint64) {
	if handle != 0 {
		s.remove(uint32(handle), uint32(handle>>32))
	}
}

// remove reports whether the probe was still there.
func (s *sentProbes) remove(sent, gen uint32) bool {
	if s.gens[sent-1] != gen {
		return false
	}
	s.gens[sent-1]++
	s.free = append(s.free, sent)
	return true
}
