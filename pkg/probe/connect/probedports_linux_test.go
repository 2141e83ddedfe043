package connect

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/probe"
)

// TestProbesThatMeetAreNotOpen probes closed ports that are also the only source ports, by
// two transports at once.
func TestProbesThatMeetAreNotOpen(t *testing.T) {
	l := lab.New(t)
	l.Sysctl("net/ipv4/ip_local_port_range", "20000 20003")
	met := 0
	for _, to := range []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()} {
		var own ProbedPorts
		var counts [2]meetings
		var both sync.WaitGroup
		var enough atomic.Bool
		for i := range counts {
			k := newTester(t, Options{Room: 3, Probed: &own})
			both.Go(func() { counts[i] = meet(k, to, &enough) })
		}
		both.Wait()
		if n := counts[0].open + counts[1].open; n > 0 {
			t.Errorf("%v: %d of %d replies are open", to, n, counts[0].all+counts[1].all)
		}
		met += counts[0].met + counts[1].met
		for port := range own.ports {
			if n := own.ports[port].outstanding.Load(); n != 0 {
				t.Errorf("%v: port %d has %d outstanding attempts at the end", to, port, n)
			}
		}
	}
	// Probes meet only while both transports run, which a busy machine may prevent: no
	// meeting is not a failure.
	t.Logf("%d probes met", met)
}

// meetings counts replies.
type meetings struct{ all, open, met int }

// meet probes until enough probes have met, or a time has passed in which some meet even
// on a busy machine.
func meet(k *tester, to netip.Addr, enough *atomic.Bool) (m meetings) {
	defer k.Close()
	defer enough.Store(true)
	var into [8]probe.Reply
	free := 3
	for end := time.Now().Add(2 * time.Second); m.met+m.open < 20 && !enough.Load() && time.Now().Before(end); {
		for range free {
			k.slot++
			a := &probe.Attempt{To: netip.AddrPortFrom(to, 20000+uint16(rand.IntN(4))), ID: probe.ID{Slot: k.slot}, N: 1}
			if n, _ := k.Send([]*probe.Attempt{a}); n == 1 { // else no source port is free
				free--
			}
		}
		n, _, err := k.Poll(k.Now().Add(time.Millisecond), into[:])
		if err != nil {
			k.tb.Error(err)
			return m
		}
		free += n
		m.all += n
		for _, a := range into[:n] {
			switch {
			case a.Reason == endpoint.SynAck:
				m.open++
			case a.Reason == endpoint.LocalError && a.Err == ErrMet:
				m.met++
			}
		}
	}
	return m
}
