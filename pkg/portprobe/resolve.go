package portprobe

import (
	"context"
	"net/netip"
	"sync"

	"portkit/pkg/probe"
	"portkit/pkg/resolve"
)

const (
	// maxNames is how many names are remembered.
	maxNames = 65_536
)

// lookup returns the address to ask a name at.
type lookup func(ctx context.Context, name string) (netip.Addr, error)

// answer is what a name came to.
type answer struct {
	addr netip.Addr
	err  error
}

// name is a name that was met, and the jobs that wait for its address.
type name struct {
	text         string // as it was met first
	key          string
	answer       *answer // nil: not known yet
	waiting      []*probe.Job
	newer, older *name
}

// resolver looks each name up once and remembers the answers: maxNames of them,
// the least recently used forgotten first.
type resolver struct {
	lookup  lookup
	deliver func([]*probe.Job, answer)
	ctx     context.Context
	workers sync.WaitGroup

	mu      sync.Mutex
	changed sync.Cond        // the queue has grown, a name is known, the end has come
	names   map[string]*name // by resolve.Key
	key     []byte
	list    name // head of a ring, the newest next to it
	queue   []*name
	idle    int
	started int
	closed  bool
}

// newResolver returns a resolver that hands jobs to deliver when their name is
// known. Its lookups end with ctx.
func newResolver(ctx context.Context, l lookup, deliver func([]*probe.Job, answer)) *resolver {
	r := &resolver{lookup: l, deliver: deliver, ctx: ctx, names: map[string]*name{}}
	r.list.newer, r.list.older = &r.list, &r.list
	r.changed.L = &r.mu
	return r
}

// resolve returns what the name is known to be; ok is false when j waits for
// it and will be delivered.
func (r *resolver) resolve(j *probe.Job, text []byte) (a answer, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.key = resolve.AppendKey(r.key[:0], text)
	n := r.names[string(r.key)]
	if n == nil {
		for len(r.names) >= maxNames && !r.forgetOldest() {
			r.changed.Wait()
		}
		n = &name{text: string(text), key: string(r.key)}
		r.names[n.key] = n
		r.enqueue(n)
	} else {
		n.unlink()
	}
	n.linkAfter(&r.list)
	if n.answer != nil {
		return *n.answer, true
	}
	n.waiting = append(n.waiting, j)
	return answer{}, false
}

// crowded says that resolve may have to wait.
func (r *resolver) crowded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.names) >= maxNames
}

// enqueue has a name looked up, by a worker that is idle or a new one.
func (r *resolver) enqueue(n *name) {
	r.queue = append(r.queue, n)
	if r.idle < len(r.queue) && r.started < resolve.AtOnce {
		r.started++
		r.workers.Go(r.work)
	}
	r.changed.Broadcast()
}

// forgetOldest drops the name that was not used for longest and that nobody
// waits for; false if everybody waits.
func (r *resolver) forgetOldest() bool {
	for n := r.list.newer; n != &r.list; n = n.newer {
		if n.answer != nil {
			n.unlink()
			delete(r.names, n.key)
			return true
		}
	}
	return false
}

func (n *name) unlink() { n.newer.older, n.older.newer = n.older, n.newer }

// linkAfter makes n the newest in the ring of head.
func (n *name) linkAfter(head *name) {
	n.newer, n.older = head, head.older
	head.older.newer, head.older = n, n
}

// work is the life of a goroutine that looks names up.
func (r *resolver) work() {
	for {
		n := r.nextName()
		if n == nil {
			return
		}
		var a answer
		a.addr, a.err = r.lookup(r.ctx, n.text)
		r.mu.Lock()
		n.answer = &a
		waiting := n.waiting
		n.waiting = nil
		r.changed.Broadcast()
		r.mu.Unlock()
		r.deliver(waiting, a)
	}
}

// nextName waits for a name; nil when none will come.
func (r *resolver) nextName() *name {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle++
	defer func() { r.idle-- }()
	for len(r.queue) == 0 {
		if r.closed {
			return nil
		}
		r.changed.Wait()
	}
	n := r.queue[0]
	r.queue = r.queue[1:]
	return n
}

// close waits until all names are known and delivered.
func (r *resolver) close() {
	r.mu.Lock()
	r.closed = true
	r.changed.Broadcast()
	r.mu.Unlock()
	r.workers.Wait()
}

// firstAddress returns the first address of a family: "ip", "ip4" or "ip6".
func firstAddress(r *resolve.Resolver, family string) lookup {
	return func(ctx context.Context, name string) (netip.Addr, error) {
		addrs, err := r.Lookup(ctx, family, name)
		if err != nil {
			return netip.Addr{}, err
		}
		return addrs[0], nil
	}
}
