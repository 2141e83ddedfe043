package simnet_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// replied sends a probe to each port from 1 to n and returns those that reply.
func replied(t *testing.T, net *simnet.Transport, ip string, n int) map[uint32]bool {
	t.Helper()
	ports := map[uint32]bool{}
	for p := uint32(1); p <= uint32(n); p++ {
		a := probe.Attempt{To: netip.AddrPortFrom(netip.MustParseAddr(ip), uint16(p)), ID: probe.ID{Slot: p}, N: 1}
		if _, err := net.Send([]*probe.Attempt{&a}); err != nil {
			t.Fatal(err)
		}
		for _, r := range receive(t, net, time.Millisecond) {
			ports[r.ID.Slot] = true
		}
	}
	return ports
}

// openFrom has the ports from 50 on be open and the others closed.
func openFrom(to netip.AddrPort, _ endpoint.Proto) endpoint.Reason {
	if to.Port() >= 50 {
		return endpoint.SynAck
	}
	return endpoint.ConnRefused
}

func isRefusal(r endpoint.Reason) bool { return r == endpoint.ConnRefused }

func TestFirewall(t *testing.T) {
	const ip = "192.0.2.1"
	for _, c := range []struct {
		name     string
		firewall *simnet.Firewall
		want     int // ports that reply, of 100
		echo     bool
	}{
		{"for good", &simnet.Firewall{}, 10, false},
		{"for a while", &simnet.Firewall{Duration: 30 * time.Millisecond}, 70, true},
		{"of closed ports", &simnet.Firewall{Drops: isRefusal}, 61, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.firewall.After = func(a netip.Addr) int {
				if a.String() != ip {
					return 0
				}
				return 10
			}
			config := simnet.Config{Port: openFrom, Firewall: c.firewall}
			net, other := simnet.New(config), simnet.New(config)
			if n := len(replied(t, net, "192.0.2.2", 100)); n != 100 {
				t.Errorf("%d ports of an address without a firewall replied, want 100", n)
			}
			if n := len(replied(t, net, ip, 100)); n != c.want {
				t.Errorf("%d ports replied, want %d", n, c.want)
			}
			if n := len(replied(t, other, ip, 1)); n != 0 {
				t.Error("the other Transport replied, want the probes of both to be counted")
			}
			if err := net.Echo(netip.MustParseAddr(ip)); err != nil {
				t.Fatal(err)
			}
			if got := len(receive(t, net, time.Second)) == 1; got != c.echo {
				t.Errorf("replied to an echo request: %v, want %v", got, c.echo)
			}
		})
	}
}

// TestFailed has a port fail while the others go on.
func TestFailed(t *testing.T) {
	net := simnet.New(simnet.Config{Port: openFrom, Failed: func(to netip.AddrPort, now probe.Time) bool {
		return to.Port() == 60 && simnet.Elapsed(now) > 150*time.Millisecond
	}})
	if n := len(replied(t, net, "192.0.2.1", 100)); n != 100 {
		t.Errorf("%d ports replied, want 100", n)
	}
	if got := replied(t, net, "192.0.2.1", 100); len(got) != 99 || got[60] {
		t.Errorf("%d ports replied, want all but 60", len(got))
	}
}

// TestDeadAndLost counts the addresses from which nothing is received, and those that
// stop replying.
func TestDeadAndLost(t *testing.T) {
	c, err := simnet.Parse("rtt=0,open=0.5,dead=0.9,lost=0.3,seed=1")
	if err != nil {
		t.Fatal(err)
	}
	dead, lost := 0, 0
	net := simnet.New(c)
	const addresses = 1000
	for ip := range addresses {
		a := netip.AddrFrom4([4]byte{10, 0, byte(ip >> 8), byte(ip)})
		n := len(replied(t, net, a.String(), 110))
		if n == 0 {
			dead++
		}
		if err := net.Echo(a); err != nil {
			t.Fatal(err)
		}
		echo := len(receive(t, net, time.Millisecond)) == 1
		switch {
		case n == 0 && echo:
			t.Errorf("%v is dead and replies to an echo request", a)
		case n == 100:
			lost++
		case n > 0 && n != 110:
			t.Errorf("%d ports of %v replied, want 0, 100 or 110", n, a)
		}
	}
	if dead < 870 || dead > 930 || lost < 15 || lost > 45 {
		t.Errorf("%d addresses are dead and %d lost, want about 900 and 30", dead, lost)
	}
}
