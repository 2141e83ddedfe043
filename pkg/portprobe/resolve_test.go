package portprobe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portkit/pkg/probe"
	"portkit/pkg/resolve"
)

func TestEachNameIsLookedUpOnce(t *testing.T) {
	var calls, atOnce, most atomic.Int64
	look := func(_ context.Context, name string) (netip.Addr, error) {
		calls.Add(1)
		n := atOnce.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		defer atOnce.Add(-1)
		if name == "bad7" {
			return netip.Addr{}, errors.New("no such host")
		}
		return netip.MustParseAddr("10.0.0.1"), nil
	}
	var mu sync.Mutex
	delivered, failed := 0, 0
	r := newResolver(context.Background(), look, func(jobs []*probe.Job, a answer) {
		mu.Lock()
		defer mu.Unlock()
		delivered += len(jobs)
		if a.err != nil {
			failed += len(jobs)
		}
	})
	known := 0
	for i := range 10_000 {
		name := fmt.Sprintf("bad%d", i%500)
		if _, ok := r.resolve(&probe.Job{}, []byte(name)); ok {
			known++
		}
	}
	r.close()
	if delivered+known != 10_000 || calls.Load() != 500 || most.Load() > resolve.AtOnce {
		t.Errorf("%d delivered and %d known of 10000, %d lookups for 500 names, %d at once",
			delivered, known, calls.Load(), most.Load())
	}
	if failed == 0 {
		t.Error("the name that does not resolve was delivered as if it did")
	}
}

func TestNamesAreForgottenInTheOrderOfTheirUse(t *testing.T) {
	var calls atomic.Int64
	r := newResolver(context.Background(), func(context.Context, string) (netip.Addr, error) {
		calls.Add(1)
		return netip.MustParseAddr("10.0.0.1"), nil
	}, func([]*probe.Job, answer) {})
	ask := func(i int) { r.resolve(&probe.Job{}, fmt.Appendf(nil, "n%d", i)) }
	looked := func(n int64) { // waits until so many lookups have been made
		for end := time.Now().Add(10 * time.Second); calls.Load() < n && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
	for i := range maxNames {
		ask(i)
	}
	looked(maxNames)
	for i := range 1000 {
		ask(i) // used again: these stay
	}
	for i := range 2000 {
		ask(maxNames + i)
	}
	looked(maxNames + 2000)
	for i := range 1000 {
		ask(i)
	}
	r.close()
	if len(r.names) != maxNames {
		t.Errorf("%d names are remembered, want %d", len(r.names), maxNames)
	}
	if n := calls.Load(); n != maxNames+2000 {
		t.Errorf("%d lookups for %d names", n, maxNames+2000)
	}
	if _, ok := r.names["n0"]; !ok {
		t.Error("a name that was used lately is forgotten")
	}
	if _, ok := r.names["n1500"]; ok {
		t.Error("a name that was not used lately is remembered")
	}
}

// TestLookupsRunSideBySideAfterAPause: workers that idle do not keep others from
// being started for a burst of names.
func TestLookupsRunSideBySideAfterAPause(t *testing.T) {
	var atOnce, most atomic.Int64
	release := make(chan struct{})
	r := newResolver(context.Background(), func(_ context.Context, name string) (netip.Addr, error) {
		if name == "first" {
			return netip.MustParseAddr("10.0.0.1"), nil
		}
		if n := atOnce.Add(1); n == 20 {
			close(release)
		}
		select {
		case <-release:
		case <-time.After(5 * time.Second):
		}
		most.Store(max(most.Load(), atOnce.Load()))
		return netip.MustParseAddr("10.0.0.2"), nil
	}, func([]*probe.Job, answer) {})
	r.resolve(&probe.Job{}, []byte("first"))
	for idle := false; !idle; { // until its worker has nothing to do
		r.mu.Lock()
		idle = r.idle == 1
		r.mu.Unlock()
	}
	for i := range 20 {
		r.resolve(&probe.Job{}, fmt.Appendf(nil, "n%d", i))
	}
	r.close()
	if most.Load() != 20 {
		t.Errorf("at most %d of 20 lookups ran at once", most.Load())
	}
}
