package identify

import (
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// TestQuietPortsWaitForTheSlowestGreeting: nothing follows that would have a service
// recognized, and a timeout that ends the wait is not a reaction of the server.
func TestQuietPortsWaitForTheSlowestGreeting(t *testing.T) {
	late := func(c net.Conn, _ int) {
		time.Sleep(4 * time.Second) // of virtual time
		says("RFB 003.008\n")(c, 0)
	}
	for _, c := range []struct {
		serve         server
		o             Options
		app, evidence string
		took          time.Duration
		port          uint16
	}{
		{late, Options{}, "vnc", "greeting", 4 * time.Second, 2222},
		{silent, Options{}, "", "not-asked", 10 * time.Second, 2222},
		{silent, Options{}, "", "not-asked", maxListen, 9100},
		{silent, Options{}, "", "not-asked", maxListen, 502},
		{silent, Options{Timeout: 4 * time.Second}, "", "not-asked", 4 * time.Second, 2222},
		{silent, Options{Only: []string{"ssh", "http"}}, "", "not-asked", 3 * time.Second, 2222},
		{silent, Options{Only: []string{"http"}}, "", "not-asked", minListen, 2222},
	} {
		n := &network{serve: c.serve}
		c.o.Effort = Normal
		got, err := identify(t, n, c.o, c.port)
		if err != nil || got.App != c.app || got.Evidence != c.evidence || got.Conns != 1 || got.Took.Round(time.Second/10) != c.took {
			t.Errorf("%+v: %q, %q after %v and %d connections, error %v", c, got.App, got.Evidence, got.Took, got.Conns, err)
		}
		if c.app == "" && len(n.sent) > 0 {
			t.Errorf("sent %q, want nothing", n.sent)
		}
	}
}

// TestManyQuietPortsOfAnAddress: after 16 without a greeting, the others are listened to
// as long as elsewhere, which does not make them ports behind which nothing is.
func TestManyQuietPortsOfAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{serve: silent}
		e := New(Options{Effort: Normal, Timeout: 30 * time.Second, Dial: n.dial})
		for i := range uint16(18) {
			addr := netip.AddrFrom4([4]byte{192, 0, 2, byte(i / 17)}) // the last one is of another
			o, err := e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(addr, 4000+i%17), RTT: -1})
			want := e.greets
			if i == 16 {
				want = minListen
			}
			if err != nil || o.Evidence != "not-asked" || o.Took != want || e.addresses.get(addr).acceptsAll() {
				t.Errorf("port %d of %v: %q after %v, %v; want not-asked after %v", 4000+i%17, addr, o.Evidence, o.Took, err, want)
			}
		}
	})
}
