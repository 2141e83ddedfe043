package resolve

import (
	"context"
	"net/netip"
	"sync"
)

const (
	// maxConcurrent is the maximum number of names being looked up. It exceeds
	// maxOutstanding: a name waits between its attempts.
	maxConcurrent = 1024
	// maxNames is the maximum number of names in a Cache.
	maxNames = 65_536
)

// Result is the outcome of a lookup: at least one address, or an error.
type Result struct {
	Addrs []netip.Addr
	Err   error
}

// Func looks up one name, as Resolver.Pin does.
type Func func(ctx context.Context, name string) ([]netip.Addr, error)

// Cache looks up each name once, many concurrently, and keeps the most recently used
// results. W identifies a caller that waits for a result. A Cache is safe for several
// goroutines.
type Cache[W any] struct {
	ctx     context.Context
	look    Func
	deliver func([]W, Result)
	workers sync.WaitGroup

	mu      sync.Mutex
	known   sync.Cond            // signaled when a name has a result
	entries map[string]*entry[W] // by Key
	key     []byte               // scratch
	ring    entry[W]             // head of the ring of entries; ring.older was used last
	queue   []*entry[W]          // not yet looked up
	working int                  // workers
}

// entry is the lookup of the names with one Key.
type entry[W any] struct {
	name, key    string // as written first, and its Key
	result       *Result
	waiting      []W
	newer, older *entry[W]
}

// NewCache returns a Cache that calls look with ctx. It calls deliver, from several
// goroutines, with the callers that waited for a name.
func NewCache[W any](ctx context.Context, look Func, deliver func([]W, Result)) *Cache[W] {
	c := &Cache[W]{ctx: ctx, look: look, deliver: deliver, entries: map[string]*entry[W]{}}
	c.ring.newer, c.ring.older = &c.ring, &c.ring
	c.known.L = &c.mu
	return c
}

// Get returns the result for a name, or false if w is passed to deliver later. It may
// block if the cache is Full.
func (c *Cache[W]) Get(name []byte, w W) (Result, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.find(name)
	for e == nil && len(c.entries) >= maxNames && !c.evict() {
		c.known.Wait()
		e = c.find(name) // another goroutine may have added it
	}
	if e == nil {
		e = c.add(string(name), string(c.key))
	} else {
		e.unlink()
	}
	c.link(e)
	if e.result != nil {
		return *e.result, true
	}
	e.waiting = append(e.waiting, w)
	return Result{}, false
}

// find returns the entry of a name, or nil, and sets c.key to its Key.
func (c *Cache[W]) find(name []byte) *entry[W] {
	c.key = AppendKey(c.key[:0], name)
	return c.entries[string(c.key)]
}

// Full reports whether Get may block: it does while none of maxNames names has a
// result.
func (c *Cache[W]) Full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries) >= maxNames
}

// Wait returns when every result has been delivered. Get must not be called afterwards.
func (c *Cache[W]) Wait() { c.workers.Wait() }

// add inserts a name and starts its lookup.
func (c *Cache[W]) add(name, key string) *entry[W] {
	e := &entry[W]{name: name, key: key}
	c.entries[key] = e
	c.queue = append(c.queue, e)
	if c.working < maxConcurrent {
		c.working++
		c.workers.Go(c.work)
	}
	return e
}

// evict removes the result that was used least recently. It reports whether there is
// one.
func (c *Cache[W]) evict() bool {
	for e := c.ring.newer; e != &c.ring; e = e.newer {
		if e.result != nil {
			e.unlink()
			delete(c.entries, e.key)
			return true
		}
	}
	return false
}

func (e *entry[W]) unlink() { e.newer.older, e.older.newer = e.older, e.newer }

// link makes e the newest entry.
func (c *Cache[W]) link(e *entry[W]) {
	e.newer, e.older = &c.ring, c.ring.older
	c.ring.older.newer, c.ring.older = e, e
}

// work looks up names until none is queued.
func (c *Cache[W]) work() {
	for e := c.next(); e != nil; e = c.next() {
		addrs, err := c.look(c.ctx, e.name)
		r := Result{addrs, err}
		c.mu.Lock()
		e.result = &r
		waiting := e.waiting
		e.waiting = nil
		c.known.Broadcast()
		c.mu.Unlock()
		c.deliver(waiting, r)
	}
}

// next removes a name from the queue. nil ends the worker.
func (c *Cache[W]) next() *entry[W] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		c.working--
		return nil
	}
	e := c.queue[0]
	c.queue = c.queue[1:]
	return e
}

// Lookups is a Cache for callers that start lookups ahead and await them later.
type Lookups struct{ cache *Cache[chan Result] }

// NewLookups returns Lookups that use look until ctx is done.
func NewLookups(ctx context.Context, look Func) Lookups {
	return Lookups{NewCache(ctx, look, func(waiting []chan Result, r Result) {
		for _, c := range waiting {
			c <- r
		}
	})}
}

// Start returns the channel that receives the result for a name, and starts its lookup
// if necessary.
func (l Lookups) Start(name string) <-chan Result {
	c := make(chan Result, 1)
	if r, ok := l.cache.Get([]byte(name), c); ok {
		c <- r
	}
	return c
}
