package probe

import (
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"portkit/pkg/endpoint"
)

// newDeferring returns an engine without workers, whose address 10.0.0.1 has a sample of
// two endpoints, and eight that are deferred.
func newDeferring() (*Engine, *presence) {
	e := &Engine{
		opts:  Options{SkipSilent: 2},
		table: newTable(tableOptions{size: 10, workers: [2]int{1, 1}, start: newWindow(100), silent: true}),
	}
	e.deferrals.change.L = &e.deferrals.mu
	ip := netip.MustParseAddr("10.0.0.1")
	p := e.table.get(ip, endpoint.TCP).presence
	for port := range uint16(10) {
		if e.Place(netip.AddrPortFrom(ip, port+1), endpoint.TCP, true) == NeedsJob {
			p.draw(2)
		}
	}
	return e, p
}

// TestDeferredEndpointsAreAllReturned has the sample of an address prove nothing. Others
// replace it, unless the caller submits none, or the table has evicted the address before.
func TestDeferredEndpointsAreAllReturned(t *testing.T) {
	for _, c := range []struct {
		submitted bool
		want      []int // endpoints that are returned at a time
	}{
		{true, []int{2}}, {false, []int{2, 6}},
	} {
		synctest.Test(t, func(t *testing.T) {
			e, p := newDeferring()
			e.EndDeferring()
			for range 2 {
				p.settle(&e.opts, Time(time.Hour), false)
			}
			var got []int
			go func() {
				var ports [16]uint16
				for x, ok := e.NextDeferred(ports[:]); ok && x.Reason == 0; x, ok = e.NextDeferred(ports[:]) {
					got = append(got, len(x.Ports))
					for range x.Ports {
						if c.submitted && !p.draw(2) {
							t.Error("an endpoint that replaces another is not part of the sample")
						}
					}
				}
			}()
			synctest.Wait()
			if !slices.Equal(got, c.want) {
				t.Errorf("submitted %v: %v endpoints are returned, want %v", c.submitted, got, c.want)
			}
			e.stopped.Store(&stop{reason: endpoint.Interrupted})
			e.deferrals.wake()
		})
	}
}

// TestStopEndsTheWaitForDeferredEndpoints has the first endpoint be deferred just after
// the run was stopped.
func TestStopEndsTheWaitForDeferredEndpoints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, p := newDeferring()
		x := p.deferred
		e.deferrals.remove(x)
		ended := make(chan struct{})
		go func() {
			var ports [16]uint16
			e.NextDeferred(ports[:])
			close(ended)
		}()
		synctest.Wait()
		e.Stop(endpoint.Interrupted, 0)
		synctest.Wait()
		e.deferrals.add(x)
		synctest.Wait()
		select {
		case <-ended:
		default:
			t.Error("NextDeferred waits although the run was stopped")
			e.deferrals.wake()
		}
	})
}
