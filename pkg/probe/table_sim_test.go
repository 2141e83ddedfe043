package probe_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
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
// firewall whose table the probes of the dead ones fill. Some of those alive reply at one
// port only: nothing but the witnesses of the run shows that their probes were dropped.
func TestFullConnectionTable(t *testing.T) {
	port := func(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
		switch host := to.Addr().As4()[3] % 20; {
		case host == 7 && to.Port()%25 != 0:
			return endpoint.ConnRefused
		case host == 7, host == 13 && to.Port() == 100:
			return endpoint.SynAck
		}
		return 0
	}
	for _, c := range []struct {
		name   string
		random bool
		rate   float64
		seeds  uint64
		full   bool // the table is, at times
	}{
		{"random order", true, 0, 2, true},
		{"linear order", false, 0, 2, true},
		{"linear order, slowly", false, 90, 1, false},
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
				jobs := jobsFor("10.0.0.7", 54, 200) // the first is alive
				if c.random {
					rand.New(rand.NewPCG(seed, 1)).Shuffle(len(jobs), func(i, k int) { jobs[i], jobs[k] = jobs[k], jobs[i] })
				}
				done := s.run(t, jobs)
				if n := countWrong(done, port); n > 1 { // one is found by one in a thousand probes
					t.Errorf("%d of %d are wrong, want at most 1: %v", n, len(done), reasons(done))
				}
				p := s.engine.Path()
				t.Logf("seed %d: %v, %d of %d probes dropped, %+v", seed, s.last(done), firewall.dropped, len(s.recorder.sent), p)
				if c.full != (p.Blocked > 0) || c.full != (firewall.dropped > 1000) {
					t.Errorf("%d probes dropped, %d times blocked, want any: %v", firewall.dropped, p.Blocked, c.full)
				}
			}
		})
	}
}
