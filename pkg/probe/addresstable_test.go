package probe

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

// TestTableIsBounded has the oldest addresses stay in use.
func TestTableIsBounded(t *testing.T) {
	tab := newTable(tableOptions{size: 1000, workers: [2]int{1, 1}, start: newWindow(100)})
	ip := netip.MustParseAddr("10.0.0.1")
	var used []*address
	for range 100 {
		used = append(used, tab.get(ip, endpoint.TCP))
		ip = ip.Next()
	}
	for range 20_000 {
		tab.get(ip, endpoint.TCP).refs.Add(-1)
		ip = ip.Next()
		if n := tab.entries.n; n > 1001 {
			t.Fatalf("the table of 1000 holds %d addresses", n)
		}
	}
	for i, a := range used {
		if tab.get(a.ip, endpoint.TCP) != a {
			t.Errorf("address %d was evicted while it was in use", i)
		}
	}
}

// TestHostRateOutlivesRest has an address be reduced to what was learned of it.
func TestHostRateOutlivesRest(t *testing.T) {
	tab := newTable(tableOptions{size: 1 << 18, workers: [2]int{1, 1}, start: newWindow(100), rate: true})
	ip, c := netip.MustParseAddr("10.0.0.1"), newCeiling(1)
	a := tab.get(ip, endpoint.TCP)
	var r reservation
	if v, _ := a.reserve(&r, c, 1000, 0, &a.lanes[0].needSlot, false); v != granted {
		t.Fatal("the first probe may not be sent")
	}
	a.release()
	a.refs.Add(-1)
	k := tableKey{ip, endpoint.TCP}
	for other := ip.Next(); tab.find(k, tab.hash(k)).busy != nil; other = other.Next() {
		tab.get(other, endpoint.TCP).refs.Add(-1)
		if tab.entries.n > 4*busyAddresses {
			t.Fatal("the address never rests")
		}
	}
	a = tab.get(ip, endpoint.TCP)
	if v, next := a.reserve(&r, c, 2000, 0, &a.lanes[0].needSlot, false); v != notYet || next < 900_000_000 {
		t.Errorf("at one per second another probe is %v, next at %v", v, next)
	}
}

// TestLearnedOutlivesRest has an address be reduced to what was learned of it: it is
// probed as before when it comes again.
func TestLearnedOutlivesRest(t *testing.T) {
	tab := newTable(tableOptions{size: 100, workers: [2]int{1, 1}, start: newWindow(100)})
	ip := netip.MustParseAddr("10.0.0.1")
	a := tab.get(ip, endpoint.TCP)
	a.window.setPace(50)
	a.window.size, a.unresolved = 70, 7
	a.rtt.add(time.Millisecond)
	a.loss.noteReply(3)
	a.refs.Add(-1)
	if !tab.deactivate(tab.newest) {
		t.Fatal("an address without jobs is kept")
	}
	b := tab.get(ip, endpoint.TCP)
	if b == a || b.window.pace != a.window.pace || b.window.size != 70 || b.unresolved != 7 || b.rtt != a.rtt || b.loss != a.loss {
		t.Errorf("rate %v, window %v, RTT %v, loss %v, unresolved until %v; want those learned before",
			b.window.pace.rate, b.window.size, b.rtt, b.loss, b.unresolved)
	}
}

// TestPresenceOutlivesRest has as many addresses as a /16 be reduced to what was learned
// of them. TCP and UDP share it.
func TestPresenceOutlivesRest(t *testing.T) {
	lab.NotRaced(t) // nothing in it is concurrent
	tab := newTable(tableOptions{size: 1 << 18, workers: [2]int{1, 1}, start: newWindow(100), silent: true})
	first := netip.MustParseAddr("10.1.0.0")
	ip := first
	for i := range 1 << 16 {
		a := tab.get(ip, endpoint.Proto(i%2))
		a.presence.silent = i
		a.refs.Add(-1)
		ip = ip.Next()
	}
	ip = first
	for i := range 1 << 16 {
		a, b := tab.get(ip, endpoint.TCP), tab.get(ip, endpoint.UDP)
		if a.presence != b.presence || a.presence.silent != i || tab.presence(ip) != a.presence {
			t.Fatalf("%v: %d by TCP, %d by UDP, want %d", ip, a.presence.silent, b.presence.silent, i)
		}
		a.refs.Add(-1)
		b.refs.Add(-1)
		ip = ip.Next()
	}
}

// TestUnresolvedNeighborGetsASmallWindow: the kernel holds few packets for a neighbor
// that it searches for.
func TestUnresolvedNeighborGetsASmallWindow(t *testing.T) {
	link := netip.MustParsePrefix("10.0.0.0/24")
	tab := newTable(tableOptions{size: 100, workers: [2]int{1, 1}, start: newWindow(100), onLink: link.Contains})
	for ip, want := range map[string]float64{"10.0.0.1": linkWindow, "10.0.1.1": 100} {
		if got := tab.get(netip.MustParseAddr(ip), endpoint.TCP).window.size; got != want {
			t.Errorf("%s: window %v, want %v", ip, got, want)
		}
	}
}
