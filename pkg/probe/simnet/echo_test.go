package simnet_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/probe"
	"portkit/pkg/probe/simnet"
)

// receive returns the replies that arrive within a time.
func receive(t *testing.T, net *simnet.Transport, within time.Duration) (all []probe.Reply) {
	t.Helper()
	end := net.Now().Add(within)
	for net.Now() < end {
		var into [8]probe.Reply
		n, _, err := net.Poll(end, into[:])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, into[:n]...)
	}
	return all
}

func TestEcho(t *testing.T) {
	up, down := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::2")
	const rtt = 20 * time.Millisecond
	net := simnet.New(simnet.Config{RTT: rtt, Echo: func(ip netip.Addr) bool { return ip == up }})
	sent := net.Now()
	for _, ip := range []netip.Addr{up, down} {
		if err := net.Echo(ip); err != nil {
			t.Fatal(err)
		}
	}
	got := receive(t, net, time.Second)
	want := probe.Reply{EchoReply: true, From: up, At: sent.Add(rtt)}
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %v, want %v alone", got, want)
	}
}

// TestEchoIsLost has each echo request be lost independently.
func TestEchoIsLost(t *testing.T) {
	const sent, loss = 200, 0.3
	net := simnet.New(simnet.Config{RTT: time.Millisecond, Loss: loss, Seed: 1})
	for range sent {
		if err := net.Echo(netip.MustParseAddr("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
	}
	// 98 are expected, with a standard deviation of 7.
	if n := len(receive(t, net, time.Second)); n < 70 || n > 126 {
		t.Errorf("%d of %d echo requests were replied to, want about %d", n, sent, 98)
	}
}
