package probe

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portkit/pkg/endpoint"
)

// sharers is the number of goroutines that use what workers share.
const sharers = 8

// together runs fn in that many goroutines and waits for them.
func together(fn func(worker int, rnd *rand.Rand)) {
	var all sync.WaitGroup
	for i := range sharers {
		all.Go(func() { fn(i, rand.New(rand.NewPCG(uint64(i), 1))) })
	}
	all.Wait()
}

// TestPaceIsSharedByWorkers requires the rate of one worker from all of them.
func TestPaceIsSharedByWorkers(t *testing.T) {
	const rate, seconds = 10_000, 3
	p := pace{ceiling: newCeiling(rate)}
	var clock, got, back atomic.Int64
	together(func(_ int, rnd *rand.Rand) {
		for {
			now := clock.Add(rnd.Int64N(int64(50 * time.Microsecond)))
			if now > int64(seconds*time.Second) {
				return
			}
			n, _ := p.allow(Time(now), 1)
			got.Add(int64(n))
			if n > 0 && rnd.IntN(10) == 0 {
				p.cancel()
				back.Add(1)
			}
		}
	})
	used := got.Load() - back.Load()
	if most := int64(rate*seconds + rate/100); used > most || used < rate*seconds*9/10 {
		t.Errorf("%d probes in %d s at a rate of %d", used, seconds, rate)
	}
}

// TestAddressIsSharedByWorkers requires that the window is never exceeded, and empty
// in the end.
func TestAddressIsSharedByWorkers(t *testing.T) {
	w := newWindow(20)
	w.size = 20
	tab := newTable(tableOptions{size: 100, workers: [2]int{sharers, sharers}, start: w})
	a := tab.get(netip.MustParseAddr("10.0.0.1"), endpoint.TCP)
	var held, most, woken atomic.Int64
	together(func(worker int, rnd *rand.Rand) {
		var r reservation
		for i := range 20_000 {
			now := Time(i) * Time(time.Millisecond)
			if v, _ := a.reserve(&r, ceiling{}, now, worker, &a.lanes[worker].needSlot, false); v != granted {
				continue
			}
			n := held.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			if rnd.IntN(50) == 0 {
				a.noteTimeout(now, outcome{n: 1, sent: now})
			}
			held.Add(-1) // first, because the place may be taken again at once
			var wake uint64
			switch rnd.IntN(3) {
			case 0:
				wake = a.noteReply(now, &outcome{n: 1, sent: now, rtt: time.Millisecond, slot: true})
			case 1:
				wake = a.cancel(ceiling{}, &r)
			default:
				wake = a.release()
			}
			if wake != 0 {
				woken.Add(1)
			}
		}
	})
	if a.window.inFlight != 0 {
		t.Errorf("%d jobs are in flight in the end, want none", a.window.inFlight)
	}
	if n := most.Load(); n > 20 || n == 0 {
		t.Errorf("%d jobs in flight at once, want 1 to 20", n)
	}
}

// TestTableIsSharedByWorkers requires that all references to an IP address are to the
// same address, and that the table stays bounded.
func TestTableIsSharedByWorkers(t *testing.T) {
	const size = 500
	tab := newTable(tableOptions{size: size, workers: [2]int{sharers, sharers}, start: newWindow(100)})
	common := netip.MustParseAddr("10.0.0.1")
	kept := tab.get(common, endpoint.TCP)
	together(func(worker int, rnd *rand.Rand) {
		for range 5000 {
			ip := netip.AddrFrom4([4]byte{10, 1, byte(rnd.IntN(16)), byte(rnd.IntN(256))})
			a, b := tab.get(ip, endpoint.TCP), tab.get(ip, endpoint.TCP)
			if a != b || a.ip != ip {
				t.Errorf("%v has two addresses at once", ip)
			}
			a.look(0)
			b.refs.Add(-1)
			a.refs.Add(-1)
			if c := tab.get(common, endpoint.TCP); c != kept {
				t.Errorf("worker %d got another address of %v", worker, common)
			} else {
				c.refs.Add(-1)
			}
		}
	})
	if n := tab.entries.n; n > size+sharers {
		t.Errorf("the table of %d holds %d addresses", size, n)
	}
	if n := kept.refs.Load(); n != 1 {
		t.Errorf("%d references to %v are left, want 1", n, common)
	}
}
