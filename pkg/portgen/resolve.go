package portgen

import (
	"context"
	"net/netip"

	"portkit/pkg/resolve"
)

// maxNames bounds the names whose addresses are remembered.
const maxNames = 65536

// lookups looks names up, resolve.AtOnce at the same time, each once. One goroutine
// starts them.
type lookups struct {
	ctx   context.Context
	look  func(ctx context.Context, name string) ([]netip.Addr, error)
	room  chan struct{}
	known map[string]*lookup
}

// lookup is one name's; its result is there once done is closed.
type lookup struct {
	done  chan struct{}
	addrs []netip.Addr
	err   error
}

func newLookups(ctx context.Context, look func(context.Context, string) ([]netip.Addr, error)) *lookups {
	return &lookups{ctx, look, make(chan struct{}, resolve.AtOnce), map[string]*lookup{}}
}

// resolve looks up the name of a target.
func (c *Command) resolve(ctx context.Context, name string) ([]netip.Addr, error) {
	addrs, err := c.resolver.Lookup(ctx, resolve.Network(c.IPv4, c.IPv6), name)
	if err == nil && c.Resolve != "all" {
		addrs = addrs[:1]
	}
	return addrs, err
}

// start begins to look a name up, or returns the lookup that has begun. It
// waits while too many are under way.
func (l *lookups) start(name string) *lookup {
	key := resolve.Key(name)
	if known, ok := l.known[key]; ok {
		return known
	}
	if len(l.known) >= maxNames {
		clear(l.known)
	}
	found := &lookup{done: make(chan struct{})}
	l.known[key] = found
	l.room <- struct{}{}
	go func() {
		found.addrs, found.err = l.look(l.ctx, name)
		<-l.room
		close(found.done)
	}()
	return found
}

// wait returns the addresses, or why there are none.
func (k *lookup) wait() ([]netip.Addr, error) {
	<-k.done
	return k.addrs, k.err
}
