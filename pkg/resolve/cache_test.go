package resolve

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portkit/pkg/internal/lab"
)

func TestCacheLooksUpEachNameOnce(t *testing.T) {
	var calls, concurrent, highest atomic.Int64
	look := func(_ context.Context, name string) ([]netip.Addr, error) {
		calls.Add(1)
		n := concurrent.Add(1)
		for m := highest.Load(); n > m && !highest.CompareAndSwap(m, n); m = highest.Load() {
		}
		defer concurrent.Add(-1)
		if name == "bad7" {
			return nil, errors.New("no such host")
		}
		return addrs("10.0.0.1"), nil
	}
	var mu sync.Mutex
	got := make([]int, 10_000) // how often each caller got a result
	failed := 0
	receive := func(callers []int, r Result) {
		mu.Lock()
		defer mu.Unlock()
		for _, i := range callers {
			got[i]++
			if (r.Err != nil) != (i%500 == 7) {
				t.Errorf("caller %d got %v", i, r)
			}
			if r.Err != nil {
				failed++
			}
		}
	}
	c := NewCache(t.Context(), look, receive)
	for i := range got {
		name := fmt.Sprintf("bad%d", i%500)
		if r, ok := c.Get([]byte(name), i); ok {
			receive([]int{i}, r)
		}
	}
	c.Wait()
	for i, n := range got {
		if n != 1 {
			t.Fatalf("caller %d got %d results", i, n)
		}
	}
	if calls.Load() != 500 || highest.Load() > maxConcurrent || failed != 20 {
		t.Errorf("%d lookups for 500 names, %d concurrently; %d failed, want 20", calls.Load(), highest.Load(), failed)
	}
}

func TestCacheDropsTheNameUsedLeastRecently(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	synctest.Test(t, func(t *testing.T) {
		calls := atomic.Int64{}
		c := NewCache(t.Context(), func(context.Context, string) ([]netip.Addr, error) {
			calls.Add(1)
			return addrs("10.0.0.1"), nil
		}, func([]int, Result) {})
		get := func(from, n int) {
			for i := range n {
				c.Get(fmt.Appendf(nil, "n%d", from+i), i)
			}
			synctest.Wait() // every lookup has ended
		}
		get(0, maxNames)
		get(0, 1000)        // used again: these stay
		get(maxNames, 2000) // these take the slots of 2000 others
		get(0, 1000)
		if len(c.entries) != maxNames {
			t.Errorf("%d names are cached, want %d", len(c.entries), maxNames)
		}
		if n := calls.Load(); n != maxNames+2000 {
			t.Errorf("%d lookups of %d names", n, maxNames+2000)
		}
		if _, ok := c.entries["n0"]; !ok {
			t.Error("a name that was used recently was dropped")
		}
		if _, ok := c.entries["n1500"]; ok {
			t.Error("a name that was not used recently is cached")
		}
	})
}

// TestFullCacheLooksUpEachNameOnce has two callers wait for room for the same name.
func TestFullCacheLooksUpEachNameOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var lookups atomic.Int64
		c := NewCache(t.Context(), func(_ context.Context, name string) ([]netip.Addr, error) {
			<-release
			if name == "more" {
				lookups.Add(1)
			}
			return addrs("10.0.0.1"), nil
		}, func([]int, Result) {})
		for i := range maxNames {
			c.Get(fmt.Appendf(nil, "n%d", i), i)
		}
		for i := range 2 {
			go c.Get([]byte("more"), i)
		}
		synctest.Wait()
		close(release)
		synctest.Wait()
		if n := lookups.Load(); n != 1 || len(c.entries) != maxNames {
			t.Errorf("%d lookups, %d names are cached; want 1, %d", n, len(c.entries), maxNames)
		}
	})
}

// TestFullCacheWaits: without a limit, names of a resolver that does not reply would
// fill the memory.
func TestFullCacheWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := NewCache(t.Context(), func(context.Context, string) ([]netip.Addr, error) {
			<-release
			return addrs("10.0.0.1"), nil
		}, func([]int, Result) {})
		for i := range maxNames {
			c.Get(fmt.Appendf(nil, "n%d", i), i)
		}
		got := false
		go func() {
			c.Get([]byte("more"), 0)
			got = true
		}()
		synctest.Wait()
		if got || !c.Full() || c.working != maxConcurrent {
			t.Errorf("Get returned: %v; full: %v; %d workers, want %d", got, c.Full(), c.working, maxConcurrent)
		}
		close(release)
		synctest.Wait()
		if !got || c.working != 0 {
			t.Errorf("Get returned: %v; %d workers are left", got, c.working)
		}
	})
}

func TestLookupsRunConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLookups(t.Context(), func(context.Context, string) ([]netip.Addr, error) {
			time.Sleep(time.Second)
			return addrs("10.0.0.1"), nil
		})
		began := time.Now()
		var all []<-chan Result
		for i := range 40 {
			all = append(all, l.Start(fmt.Sprintf("n%d", i/2)))
		}
		for i, c := range all {
			if r := <-c; len(r.Addrs) != 1 {
				t.Errorf("lookup %d: %v", i, r)
			}
		}
		if r := <-l.Start("N0"); len(r.Addrs) != 1 || time.Since(began) != time.Second {
			t.Errorf("%v after %v, want all within a second", r, time.Since(began))
		}
	})
}
