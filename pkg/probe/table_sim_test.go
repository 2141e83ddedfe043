package probe_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// table is the connection table of a firewall in front of all addresses: an entry for
// each probe, for a time. Probes without an entry are dropped.
type table struct {
	probe.Transport
	entries  int // maximum
	lifetime time.Duration
	ends     []probe.Time // of the entries
	dropped  int
}

func (t *table) Send(as []*probe.Attempt) (int, error) {
	for _, a := range as {
		now := t.Now()
		for len(t.ends) > 0 && t.ends[0] <= now {
			t.ends = t.ends[1:]
		}
		if len(t.ends) == t.entries {
			t.dropped++
			a.Sent = now
			continue
		}
		t.ends = append(t.ends, now.Add(t.lifetime))
		t.Transport.Send([]*probe.Attempt{a})
	}
	return len(as), nil
}

// TestFullConnectionTable scans a network of which few addresses are alive, through a
// firewall whose table the probes of the dead ones fill. In random order the addresses that
// reply show the loss. In linear order only a rate that the table allows is right: while
// the table is full, nothing of an address that has replied is left to probe.
func TestFullConnectionTable(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	port := func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		switch {
		case to.Addr().As4()[3]%20 != 7:
			return 0
		case to.Port()%25 == 0:
			return endpoint.SynAck
		}
		return endpoint.ConnRefused
	}
	for _, c := range []struct {
		name   string
		random bool
		rate   float64
		seeds  uint64
	}{
		{"random order", true, 0, 5},
		{"linear order, slowly", false, 95, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range c.seeds {
				s := scan{opts: defaults(), net: simnet.Config{RTT: time.Millisecond, Port: port}}
				s.opts.Rate, s.batch = c.rate, 100
				firewall := &table{entries: 1000, lifetime: 10 * time.Second}
				s.wrap = func(t probe.Transport) probe.Transport {
					firewall.Transport = t
					return firewall
				}
				jobs := jobsFor("10.0.0.1", 60, 200)
				if c.random {
					rand.New(rand.NewPCG(seed, 1)).Shuffle(len(jobs), func(i, k int) { jobs[i], jobs[k] = jobs[k], jobs[i] })
				}
				done := s.run(t, jobs)
				requireRight(t, done, port)
				t.Logf("seed %d: %v, %d of %d probes dropped", seed, s.last(done), firewall.dropped, len(s.recorder.sent))
				if c.random && firewall.dropped < 10_000 {
					t.Errorf("%d probes dropped, want at least 10000: the table is not full", firewall.dropped)
				}
			}
		})
	}
}
