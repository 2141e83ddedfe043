package probe

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"portkit/pkg/endpoint"
)

// TestCancelReturnsEveryToken has an address with every limit. A probe that is granted
// and canceled leaves no trace, nor does one at the limits before the one that refuses it.
func TestCancelReturnsEveryToken(t *testing.T) {
	now := Time(time.Hour)
	hostRate := newCeiling(1)
	newLimited := func() *address {
		tab := newTable(tableOptions{
			size: 10, workers: [2]int{1, 1}, start: newWindow(100), rate: true,
			onLink: func(netip.Addr) bool { return true },
		})
		a := tab.get(netip.MustParseAddr("10.0.0.1"), endpoint.UDP)
		a.window.setPace(1)
		a.icmpLimiter.setPace(1)
		a.icmpLimiter.epoch = now
		// One cancellation, so that schedules start at now.
		var r reservation
		a.reserve(&r, hostRate, now, 0, a.lanes[0].icmpPaced, false)
		a.cancel(hostRate, &r)
		return a
	}
	state := func(a *address) any {
		return [...]any{a.window, *a.icmpLimiter, a.rate.schedule, a.rate.first, a.sent, a.probes, a.replied, a.link}
	}
	a := newLimited()
	fresh := state(a)
	for range 100 {
		var r reservation
		if v, next := a.reserve(&r, hostRate, now, 0, a.lanes[0].icmpPaced, false); v != granted {
			t.Fatalf("verdict %v, next at %v", v, next)
		}
		if !r.slot || !r.pace || !r.retry || !r.hostRate || !r.begins || !r.first || !r.link || !r.counted {
			t.Fatalf("not every limit was asked: %+v", r)
		}
		a.cancel(hostRate, &r)
		if got := state(a); !reflect.DeepEqual(got, fresh) {
			t.Fatalf("after cancel:\n%+v\nbefore:\n%+v", got, fresh)
		}
	}
	hostRate.charge(&a.rate.schedule, now)
	fresh = state(a)
	var r reservation
	if v, next := a.reserve(&r, hostRate, now, 0, a.lanes[0].icmpPaced, false); v != notYet || next != now.Add(time.Second)-slack {
		t.Errorf("verdict %v, next at %v; the host rate allows a probe in a second", v, next)
	}
	if got := state(a); !reflect.DeepEqual(got, fresh) {
		t.Errorf("after a refusal:\n%+v\nbefore:\n%+v", got, fresh)
	}
}
