package portgen

import (
	"context"
	"net/netip"

	"portkit/pkg/names"
)

const (
	// maxLookups is how many names are looked up at the same time.
	maxLookups = 64
	// maxNames bounds the names whose addresses are remembered.
	maxNames = 65536
)

// lookups looks names up, so many at once, each once. One goroutine starts
// them.
type lookups struct {
	ctx      context.Context
	resolver names.Resolver
	network  string // "ip", "ip4" or "ip6"
	all      bool   // not only the first address
	room     chan struct{}
	known    map[string]*lookup
}

// lookup is one name's; its result is there once done is closed.
type lookup struct {
	done  chan struct{}
	addrs []netip.Addr
	err   error
}

func newLookups(ctx context.Context, r names.Resolver, network string, all bool) *lookups {
	return &lookups{ctx, r, network, all, make(chan struct{}, maxLookups), map[string]*lookup{}}
}

// start begins to look a name up, or returns the lookup that has begun. It
// waits while too many are under way.
func (l *lookups) start(name string) *lookup {
	key := names.Key(name)
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
		found.addrs, found.err = l.ask(name)
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

func (l *lookups) ask(name string) ([]netip.Addr, error) {
	addrs, err := names.Lookup(l.ctx, l.resolver, l.network, name)
	if err == nil && !l.all {
		addrs = addrs[:1]
	}
	return addrs, err
}
