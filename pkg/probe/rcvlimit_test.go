package probe_test

import (
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// narrow is a transport of a machine that takes so many answers in a tick of some
// milliseconds, and throws the others away.
type narrow struct {
	probe.Transport
	room, taken int
	tick        probe.Time
	dropped     uint64
	tells       bool
}

func (n *narrow) Poll(until probe.Time, into []probe.Answer) (int, bool, error) {
	got, drained, err := n.Transport.Poll(until, into)
	kept := 0
	for _, a := range into[:got] {
		if tick := a.At >> 23; tick != n.tick {
			n.tick, n.taken = tick, 0
		}
		if n.taken == n.room {
			n.dropped++
			continue
		}
		n.taken++
		into[kept] = a
		kept++
	}
	return kept, drained, err
}

func (n *narrow) Stats() probe.Stats {
	s := n.Transport.Stats()
	if n.tells {
		s.Dropped = n.dropped
	}
	return s
}

// TestDroppedRepliesSlowTheWorker: a machine that can take 40,000 answers
// a second is not sent many more, though the many addresses would answer, and every
// port is told right.
func TestDroppedRepliesSlowTheWorker(t *testing.T) {
	dropped := map[bool]uint64{}
	for _, tells := range []bool{false, true} {
		var n *narrow
		s := scan{
			opts: defaults(), net: simnet.Config{RTT: 20e6, Port: refuses},
			wrap: func(t probe.Transport) probe.Transport {
				n = &narrow{Transport: t, room: 320, tells: tells}
				return n
			},
		}
		s.opts.Concurrency = 20_000
		for _, j := range s.run(t, jobsFor("10.0.0.0", 2000, 20)) {
			if j.Reason != endpoint.ConnRefused {
				t.Fatalf("%v is %v after %d attempts", j.To, j.Reason, j.Attempts)
			}
		}
		dropped[tells] = n.dropped
	}
	t.Logf("dropped, unnoticed and noticed: %v", dropped)
	if dropped[false] < 1000 || dropped[true] > dropped[false]/4 {
		t.Errorf("dropped, unnoticed and noticed: %v", dropped)
	}
}
