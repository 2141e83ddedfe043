package probe_test

import (
	"testing"

	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// narrow is a transport whose kernel has room for few replies in each tick of 8 ms,
// and drops the others.
type narrow struct {
	probe.Transport
	room, taken int
	tick        probe.Time
	dropped     uint64
	reports     bool // dropped is reported
}

func (n *narrow) Poll(until probe.Time, into []probe.Reply) (int, bool, error) {
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
	if n.reports {
		s.Dropped = n.dropped
	}
	return s
}

// TestDroppedRepliesSlowTheWorker has a machine receive up to 40,000 replies per
// second of hosts that send more.
func TestDroppedRepliesSlowTheWorker(t *testing.T) {
	dropped := map[bool]uint64{}
	for _, reports := range []bool{false, true} {
		var n *narrow
		s := scan{
			opts: defaults(), net: simnet.Config{RTT: 20e6, Port: refuses},
			wrap: func(t probe.Transport) probe.Transport {
				n = &narrow{Transport: t, room: 320, reports: reports}
				return n
			},
		}
		s.opts.Concurrency = 20_000
		requireRight(t, s.run(t, jobsFor("10.0.0.0", 2000, 20)), refuses)
		dropped[reports] = n.dropped
	}
	t.Logf("replies dropped, by whether that is reported: %v", dropped)
	if dropped[false] < 1000 || dropped[true] > dropped[false]/4 {
		t.Error("want at least 1000 that are not reported, and a quarter of that otherwise")
	}
}
