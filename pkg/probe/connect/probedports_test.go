package connect

import (
	"net/netip"
	"testing"
)

func TestAttemptsMeetWhileTheyOverlap(t *testing.T) {
	at := func(port uint16) netip.AddrPort { return netip.AddrPortFrom(netip.IPv6Loopback(), port) }
	var p ProbedPorts
	first := p.begin(at(40000))
	if p.met(40001, first) {
		t.Error("a port that nobody probes was met")
	}
	second := p.begin(at(40001))
	if !p.met(40001, first) || !p.met(40000, second) {
		t.Error("outstanding attempts did not meet")
	}
	p.end(40000)
	if !p.met(40000, second) {
		t.Error("an attempt that ended in the meantime was not met")
	}
	if third := p.begin(at(40002)); p.met(40000, third) {
		t.Error("an attempt that had ended before was met")
	}
}

func TestOnlyAttemptsAtThisMachineAreRecorded(t *testing.T) {
	var p ProbedPorts
	if p.begin(netip.MustParseAddrPort("192.0.2.1:80")) != 0 || p.begin(netip.MustParseAddrPort("127.1.2.3:80")) == 0 {
		t.Error("only loopback has to be recorded")
	}
	if (*ProbedPorts)(nil).begin(netip.MustParseAddrPort("127.0.0.1:80")) != 0 {
		t.Error("a nil ProbedPorts records an attempt")
	}
}
