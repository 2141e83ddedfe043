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

// serving has the given ports be open, every tenth one be silent, and the others be
// closed.
func serving(open ...uint16) truth {
	return func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		for _, o := range open {
			if to.Port() == o {
				return openReason(p)
			}
		}
		if to.Port()%10 == 0 {
			return 0
		}
		return closedReason(p)
	}
}

// filteredBut has the given ports be open and the others be silent.
func filteredBut(open ...uint16) truth {
	all := serving(open...)
	return func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if r := all(to, p); r == openReason(p) {
			return r
		}
		return 0
	}
}

// silentFrom has the ports below first be closed and the others be silent.
func silentFrom(first uint16) truth {
	return func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if to.Port() >= first {
			return 0
		}
		return closedReason(p)
	}
}

func openReason(p endpoint.Proto) endpoint.Reason {
	if p == endpoint.UDP {
		return endpoint.UDPResponse
	}
	return endpoint.SynAck
}

func closedReason(p endpoint.Proto) endpoint.Reason {
	if p == endpoint.UDP {
		return endpoint.PortUnreach
	}
	return endpoint.ConnRefused
}

// blocks returns a firewall that blocks after 100 probes, as an intrusion detection
// system does.
func blocks(d time.Duration, drops func(endpoint.Reason) bool) func() *simnet.Firewall {
	return func() *simnet.Firewall {
		return &simnet.Firewall{After: func(netip.Addr) int { return 100 }, Duration: d, Drops: drops}
	}
}

func refusal(r endpoint.Reason) bool { return r == endpoint.ConnRefused || r == endpoint.PortUnreach }

// dark returns a blackout from begin to end.
func dark(begin, end time.Duration) func(netip.Addr, probe.Time) bool {
	return func(_ netip.Addr, now probe.Time) bool {
		return simnet.Elapsed(now) >= begin && simnet.Elapsed(now) < end
	}
}

// fails has a port fail from a time on.
func fails(port uint16, at time.Duration) func(netip.AddrPort, probe.Time) bool {
	return func(to netip.AddrPort, now probe.Time) bool { return to.Port() == port && simnet.Elapsed(now) >= at }
}

// forGood is longer than any scan.
const forGood = 24 * time.Hour

// lostCase is a scan of one host that may stop replying.
type lostCase struct {
	name     string
	host     truth
	ports    []int // nil: 1 to 1500
	random   bool  // order of the ports
	tcp, udp bool  // neither: both
	net      simnet.Config
	firewall func() *simnet.Firewall
	workers  int // more than 1: in real time; 0: 1
	rate     float64
	retries  int // plus 1; 0: adaptive
	patience time.Duration
	within   time.Duration
	lost     int  // minimum number of endpoints that are host-lost; 0: none may be
	hidden   bool // endpoints that reply may be silent
	most     int  // maximum number of endpoints that are wrong
}

// lostCases are one host each. Whether an address is lost must not follow from silent
// ports alone: in the second half it never is.
var lostCases = []lostCase{{
	name: "blocked for good", host: serving(1100, 1300, 1499),
	firewall: blocks(0, nil), patience: 30 * time.Second, within: 45 * time.Second, lost: 1200,
}, {
	name: "blocked for good, with an open port", host: serving(22, 1100, 1300, 1499),
	firewall: blocks(0, nil), patience: 30 * time.Second, within: 45 * time.Second, lost: 1200,
}, {
	name: "blocked for good, no patience", host: serving(1100, 1300, 1499),
	firewall: blocks(0, nil), within: 10 * time.Second, lost: 1200,
}, {
	name: "blocked for good, two probes", host: serving(22, 1100, 1300, 1499), retries: 1 + 1,
	firewall: blocks(0, nil), patience: 30 * time.Second, within: 45 * time.Second, lost: 1200,
}, {
	name: "blocked for good, ICMP errors limited", host: serving(22, 1100, 1300, 1499), udp: true,
	net:      simnet.Config{Limit: 20, Burst: 6},
	firewall: blocks(0, nil), patience: 30 * time.Second, within: 2 * time.Minute, lost: 1200,
}, {
	name: "blocked for 20 s", host: serving(1100, 1300, 1499),
	firewall: blocks(20*time.Second, nil), patience: 30 * time.Second, within: 50 * time.Second,
}, {
	name: "blocked for 20 s, 5 % loss", host: serving(1100, 1300, 1499), net: simnet.Config{Loss: 0.05},
	firewall: blocks(20*time.Second, nil), patience: 30 * time.Second, within: 60 * time.Second,
}, {
	name: "blocked for good, four workers", host: serving(22, 1100, 1300, 1499), workers: 4,
	firewall: blocks(0, nil), patience: 2 * time.Second, within: 40 * time.Second, lost: 1200, // in real time
}, {
	name: "blocked for 1.5 s, four workers", host: serving(22, 1100, 1300, 1499), workers: 4,
	firewall: blocks(1500*time.Millisecond, nil), patience: 30 * time.Second, within: 40 * time.Second, // in real time
}, {
	name: "switched off", host: serving(22, 1100, 1300, 1499), net: simnet.Config{Blackout: dark(time.Second, forGood)},
	rate: 500, patience: 30 * time.Second, within: 45 * time.Second, lost: 800,
}, {
	name: "rebooted", host: serving(22, 1100, 1300, 1499), net: simnet.Config{Blackout: dark(time.Second, 16*time.Second)},
	rate: 500, patience: 30 * time.Second, within: 40 * time.Second,
}, {
	name: "rebooted while the last endpoints are probed", host: serving(22, 1100, 1300, 1499),
	net:  simnet.Config{Blackout: dark(2900*time.Millisecond, 18*time.Second)},
	rate: 500, patience: 30 * time.Second, within: 40 * time.Second,
}, {
	name: "RTT of 2 s", host: serving(22, 1100, 1300, 1499), net: simnet.Config{RTT: 2 * time.Second},
	patience: 30 * time.Second, within: 90 * time.Second,
}, {
	name: "RTT of 2 s, mostly filtered", host: filteredBut(22, 1100, 1300, 1499), net: simnet.Config{RTT: 2 * time.Second},
	patience: 30 * time.Second, within: 3 * time.Minute, most: 1, // it replies after that is concluded
}, {
	name: "30 % loss", host: serving(22, 1100, 1300, 1499), net: simnet.Config{Loss: 0.3}, most: 1,
	patience: 30 * time.Second, within: time.Minute,
}, {
	name: "30 % loss, mostly filtered", host: filteredBut(22, 1100, 1300, 1499), net: simnet.Config{Loss: 0.3},
	patience: 30 * time.Second, within: 2 * time.Minute,
}, {
	name: "an open port fails", host: serving(22, 1100), net: simnet.Config{Failed: fails(22, 300*time.Millisecond)},
	rate: 500, patience: 30 * time.Second, within: 20 * time.Second,
}, {
	name: "one of two open ports fails, others are silent", host: filteredBut(1, 80),
	net:  simnet.Config{Failed: fails(80, 300*time.Millisecond)},
	rate: 500, patience: 30 * time.Second, within: 30 * time.Second,
}, {
	name: "closed ports are blocked after 100 probes", host: serving(22, 1100, 1300, 1499),
	firewall: blocks(0, refusal), patience: 30 * time.Second, within: 20 * time.Second, hidden: true,
}, {
	name: "ports from 1000 on are silent", host: silentFrom(1000), ports: span(900, 1100), tcp: true,
	net: simnet.Config{RTT: time.Millisecond}, patience: 30 * time.Second, within: 1600 * time.Millisecond,
}, {
	name: "ports from 1000 on are silent, random order", host: silentFrom(1000), ports: span(900, 1100), tcp: true, random: true,
	net: simnet.Config{RTT: time.Millisecond}, patience: 30 * time.Second, within: 1600 * time.Millisecond,
}}

// TestLostHost has hosts stop replying in part, for a while or for good. An endpoint
// that is silent only because of that is not concluded to be silent.
func TestLostHost(t *testing.T) {
	for _, c := range lostCases {
		t.Run(c.name, func(t *testing.T) {
			for _, ip := range []string{"192.0.2.1", "2001:db8::1"} {
				for _, p := range c.protocols() {
					t.Run(p.String()+" "+ip, func(t *testing.T) {
						t.Parallel()
						c.run(t, c.jobs(ip, p))
					})
				}
			}
		})
	}
}

func (c *lostCase) protocols() (all []endpoint.Proto) {
	if c.tcp || !c.udp {
		all = append(all, endpoint.TCP)
	}
	if c.udp || !c.tcp {
		all = append(all, endpoint.UDP)
	}
	return all
}

func (c *lostCase) jobs(ip string, p endpoint.Proto) (jobs []*probe.Job) {
	ports := c.ports
	if ports == nil {
		ports = span(1, 1500)
	}
	for _, port := range ports {
		to := netip.AddrPortFrom(netip.MustParseAddr(ip), uint16(port))
		jobs = append(jobs, &probe.Job{Request: probe.Request{To: to, Proto: p, Retries: -1}})
	}
	if c.random {
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	}
	return jobs
}

func (c *lostCase) run(t *testing.T, jobs []*probe.Job) {
	s := udpScan(c.net)
	s.net.Port = c.host
	if s.net.RTT == 0 {
		s.net.RTT = 5 * time.Millisecond
	}
	if c.firewall != nil {
		s.net.Firewall = c.firewall()
	}
	if c.workers > 1 {
		s.opts.Workers, s.net.Real, s.net.Began = c.workers, true, time.Now()
	}
	s.opts.Rate, s.opts.LostPatience, s.opts.Retries = c.rate, c.patience, c.retries-1
	done := s.run(t, jobs)
	t.Logf("%v in %v with %d probes", reasons(done), s.last(done), len(s.sent()))
	wrong, lost := 0, 0
	for _, j := range done {
		switch {
		case j.Reason == c.host.reason(j):
		case j.Reason == endpoint.HostLost && c.lost > 0:
			lost++
		case j.Reason == endpoint.NoResponse && c.hidden:
		case j.Reason == endpoint.RateLimited && c.net.Loss > 0: // no evidence either: it may be a limit
		default:
			wrong++
		}
	}
	if wrong > c.most || lost < c.lost {
		t.Errorf("%d of %d are wrong and %d lost, want %d and at least %d: %v", wrong, len(done), lost, c.most, c.lost, reasons(done))
	}
	s.requireWithin(t, done, c.within)
	if c.lost > 0 {
		requireQuiet(t, s.sent())
	}
}

// requireQuiet fails the test if more than canaries are sent while a lost address is
// waited for.
func requireQuiet(t *testing.T, sent []probe.Attempt) {
	t.Helper()
	n := 0
	for _, a := range sent {
		if a.Sent.Sub(sent[0].Sent) > 10*time.Second {
			n++
		}
	}
	if n > 50 {
		t.Errorf("%d probes were sent after 10s, want at most 50", n)
	}
}

// TestLostHostsDoNotDelayOthers has four hosts block the scanner, and a fifth one reply.
func TestLostHostsDoNotDelayOthers(t *testing.T) {
	alive := netip.MustParseAddr("10.0.0.5")
	s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Port: serving(22)}}
	s.net.Firewall = &simnet.Firewall{After: func(ip netip.Addr) int {
		if ip == alive {
			return 0
		}
		return 100
	}}
	s.opts.LostPatience = 30 * time.Second
	done := s.run(t, jobsFor("10.0.0.1", 5, 3000))
	var others, last []*probe.Job
	for _, j := range done {
		if j.To.Addr() == alive {
			last = append(last, j)
		} else {
			others = append(others, j)
		}
	}
	requireRight(t, last, serving(22))
	s.requireWithin(t, last, 10*time.Second)
	s.requireWithin(t, others, time.Minute)
	if n := reasons(others)[endpoint.HostLost]; n < 4*2600 {
		t.Errorf("%d endpoints are lost, want at least %d: %v", n, 4*2600, reasons(others))
	}
}
