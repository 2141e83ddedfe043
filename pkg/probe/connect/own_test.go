package connect

import (
	"net/netip"
	"testing"
)

func TestOwnAttemptsMeetWhileTheyOverlap(t *testing.T) {
	at := func(port uint16) netip.AddrPort { return netip.AddrPortFrom(netip.IPv6Loopback(), port) }
	var o Own
	first := o.begin(at(40000))
	if o.met(40001, first) {
		t.Error("a port that nobody probes was met")
	}
	second := o.begin(at(40001))
	if !o.met(40001, first) || !o.met(40000, second) {
		t.Error("outstanding attempts did not meet")
	}
	o.end(40000)
	if !o.met(40000, second) {
		t.Error("an attempt that ended in the meantime was not met")
	}
	if third := o.begin(at(40002)); o.met(40000, third) {
		t.Error("an attempt that had ended before was met")
	}
}

func TestOnlyAttemptsAtThisMachineCount(t *testing.T) {
	var o Own
	if o.begin(netip.MustParseAddrPort("192.0.2.1:80")) != 0 || o.begin(netip.MustParseAddrPort("127.1.2.3:80")) == 0 {
		t.Error("loopback is not told from another address")
	}
	if (*Own)(nil).begin(netip.MustParseAddrPort("127.0.0.1:80")) != 0 {
		t.Error("an attempt counts where nothing is recorded")
	}
}
