package portprobe

import (
	"portkit/pkg/probe"
)

// releaseDeferred processes endpoints that the engine has deferred, until there are none
// any more.
func (r *run) releaseDeferred() {
	defer close(r.released)
	s := r.newSkipper()
	var ports [batchSize]uint16
	for {
		p, ok := r.engine.NextDeferred(ports[:])
		if !ok {
			return
		}
		for _, port := range p.Ports {
			r.backlog.Add(0, s.flush)
			if p.Placement == probe.Skipped {
				s.skip(0, p.Addr, port, p.Proto, nil)
				continue
			}
			j := s.sink.newJob()
			j.Request = r.request(p.Addr, port, p.Proto)
			if p.Reason != 0 {
				s.unsent = true
				s.refuse(j, p.Reason, p.Err)
			} else {
				s.add(j)
			}
		}
		s.flush()
		r.deferred.Remove(len(p.Ports), 0)
	}
}

// awaitDeferred returns when no endpoint is deferred any more. The reader has finished.
func (r *run) awaitDeferred() {
	r.engine.EndDeferring()
	<-r.released
}
