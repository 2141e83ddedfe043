package simnet

import "portkit/pkg/probe"

// flights are the attempts whose replies are under way. A forgotten one leaves its
// number to another, under the next generation.
type flights struct {
	gens []uint32 // by flight − 1
	free []uint32
}

// start numbers a's flight and returns e as the reply to it.
func (f *flights) start(a *probe.Attempt, e event) event {
	if n := len(f.free); n > 0 {
		e.flight = f.free[n-1]
		f.free = f.free[:n-1]
	} else {
		f.gens = append(f.gens, 0)
		e.flight = uint32(len(f.gens))
	}
	e.gen = f.gens[e.flight-1]
	a.Handle = uint64(e.gen)<<32 | uint64(e.flight)
	return e
}

// land ends e's flight. It reports whether somebody still listens for e.
func (f *flights) land(e event) bool {
	return e.flight == 0 || f.end(e.flight, e.gen)
}

// forget ends the flight with a handle.
func (f *flights) forget(handle uint64) {
	if handle != 0 {
		f.end(uint32(handle), uint32(handle>>32))
	}
}

// end reports whether the flight had not ended yet.
func (f *flights) end(flight, gen uint32) bool {
	if f.gens[flight-1] != gen {
		return false
	}
	f.gens[flight-1]++
	f.free = append(f.free, flight)
	return true
}
