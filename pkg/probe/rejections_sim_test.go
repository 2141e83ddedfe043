package probe_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// rejectedBut has ports be open and a firewall of the host reject the others.
func rejectedBut(open ...uint16) truth {
	all := filteredBut(open...)
	return func(to netip.AddrPort, p endpoint.Proto) endpoint.Reason {
		if r := all(to, p); r != 0 {
			return r
		}
		return endpoint.AdminProhibited
	}
}

// TestRejectionsAreNoLoss scans a host whose firewall rejects all ports but one, by as many ICMP
// errors as Linux sends: those that are missing are not taken for lost.
func TestRejectionsAreNoLoss(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{RTT: 5 * time.Millisecond, Limit: 1, Burst: 6, Port: rejectedBut(22)}}
	done := s.run(t, jobsFor("10.0.0.1", 1, 1000))
	if r := reasons(done); r[endpoint.SynAck] != 1 || r[endpoint.NoResponse] < 980 {
		t.Errorf("%v", r)
	}
	if n := len(s.sent()); n > 3100 {
		t.Errorf("%d probes, want three for each endpoint and some canaries", n)
	}
	if took := s.last(done); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestLossBesideRejections has a firewall reject what it does not allow, with a limit and
// without, where packets are lost: every open port is found.
func TestLossBesideRejections(t *testing.T) {
	for seed := range uint64(20) {
		for _, limit := range []int{0, 1} {
			s := scan{opts: defaults(), net: simnet.Config{
				Seed: seed, RTT: 5 * time.Millisecond, Loss: 0.15, Limit: limit, Burst: 6, Port: rejectedBut(22, 80, 443, 600, 601, 602, 603, 700, 800),
			}}
			done := s.run(t, jobsFor("10.0.0.1", 1, 1000))
			if n := reasons(done)[endpoint.SynAck]; n != 9 {
				t.Errorf("seed %d, limit %d: %d of 9 open ports: %v, %d probes", seed, limit, n, reasons(done), len(s.sent()))
			}
		}
	}
}

// TestRoutersErrorsAreNoLoss has a router report that hosts do not exist, by as many ICMP errors
// as Linux sends, over TCP and UDP.
func TestRoutersErrorsAreNoLoss(t *testing.T) {
	for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		s := scan{opts: defaults(), net: simnet.Config{
			RTT: 5 * time.Millisecond, Limit: 1, Burst: 6, Sender: fromRouter,
			Port: func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.HostUnreach },
		}}
		var lost float64
		s.during = func(e *probe.Engine) { e.Close(); lost = e.Counts().Loss() }
		jobs := jobsFor("10.0.0.1", 1, 100)
		for _, j := range jobs {
			j.Proto = proto
		}
		s.run(t, jobs)
		if n := len(s.sent()); n > 350 || lost > 0 {
			t.Errorf("%v: %d probes, want three for each endpoint; loss %v", proto, n, lost)
		}
	}
}

// TestLimitedErrorsOverUDPAreNoLoss scans closed UDP ports of Linux: nearly all of the probes that
// the limit left unanswered are told from lost ones.
func TestLimitedErrorsOverUDPAreNoLoss(t *testing.T) {
	s := scan{opts: defaults(), net: simnet.Config{
		RTT: 5 * time.Millisecond, Limit: 1, Burst: 6, Port: func(netip.AddrPort, endpoint.Proto) endpoint.Reason { return endpoint.PortUnreach },
	}}
	var lost float64
	s.during = func(e *probe.Engine) { e.Close(); lost = e.Counts().Loss() }
	jobs := jobsFor("10.0.0.1", 1, 100)
	for _, j := range jobs {
		j.Proto = endpoint.UDP
	}
	s.run(t, jobs)
	if lost > 0.15 {
		t.Errorf("a loss of %.2f, want nearly none", lost)
	}
}
