package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// attempts is how many attempts at a name fail before it has failed, by what
// happened to the queries, while the resolver answers others. Package net
// repeats a query without a reply once in each.
var attempts = [...]int{unreachable: 3, silent: 3, refused: 5}

// fewer are the attempts of a run that is too small to have met a limit.
var fewer = [...]int{unreachable: 3, silent: 2, refused: 3}

// Options are what a Resolver may be told.
type Options struct {
	// Rate is the maximum number of queries per second; 0: adapts.
	Rate float64
	// Once makes one attempt at each name.
	Once bool
}

// Resolver looks up names. It is safe for several goroutines.
type Resolver struct {
	source  Source
	limiter *limiter
	once    bool

	mu     sync.Mutex
	good   question // a lookup that succeeded
	pinned map[string][]netip.Addr
}

// question is what a lookup is about.
type question struct{ network, name string }

// New returns a Resolver that uses another source.
func New(s Source, o Options) *Resolver {
	return &Resolver{source: s, limiter: newLimiter(o.Rate), once: o.Once, pinned: map[string][]netip.Addr{}}
}

// System returns a Resolver that uses package net's, and sees its queries.
func System(base *net.Resolver, o Options) *Resolver {
	r := New(nil, o)
	r.source = r.limiter.hook(base)
	return r
}

// Lookup returns a name's addresses in the resolver's order: unmapped, each once,
// at least one. network is "ip", "ip4" or "ip6". It repeats what failed because
// the resolver is limited or overloaded, for a minute or more if necessary.
func (r *Resolver) Lookup(ctx context.Context, network, name string) ([]netip.Addr, error) {
	if addrs, ok := r.pin(name, nil); ok {
		return ofFamily(addrs, network, name)
	}
	a := r.persist(ctx, network, name)
	return a.addrs, a.err
}

// Family returns Lookup for addresses of one family, or of both if neither is chosen.
func (r *Resolver) Family(v4, v6 bool) Func {
	network := "ip"
	switch {
	case v4:
		network = "ip4"
	case v6:
		network = "ip6"
	}
	return func(ctx context.Context, name string) ([]netip.Addr, error) {
		return r.Lookup(ctx, network, name)
	}
}

// Pin looks up all addresses of a name and keeps them: every later lookup of the
// name returns them. So a scope and what is checked against it agree on a name
// whose addresses rotate. An address family that could not be looked up is an
// error, unlike in Lookup.
func (r *Resolver) Pin(ctx context.Context, name string) ([]netip.Addr, error) {
	if addrs, ok := r.pin(name, nil); ok {
		return addrs, nil
	}
	a := r.persist(ctx, "ip", name)
	if a.err == nil && a.worst != none {
		a.err = a.failure(name)
	}
	if a.err != nil {
		return nil, a.err
	}
	r.pin(name, a.addrs)
	return a.addrs, nil
}

// attempt is what an attempt at a name came to. worst is none if nothing would be
// gained by another.
type attempt struct {
	addrs []netip.Addr
	err   error
	worst cause
	texts []string // what the unanswered queries met
}

func (a attempt) failure(name string) error {
	return fmt.Errorf("%s could not be looked up: %s", name, strings.Join(a.texts, ", "))
}

// persist makes attempts at a name until one succeeds or there is no hope.
func (r *Resolver) persist(ctx context.Context, network, name string) attempt {
	failed := 0
	for try := 0; ; try++ {
		began := time.Now()
		a := r.attempt(ctx, network, name, try == 0)
		if a.worst == none && try > 0 {
			r.limiter.cured()
		}
		if a.worst == none || r.once || ctx.Err() != nil {
			return a
		}
		if a.worst == unreachable || r.counts(ctx, began) {
			failed++
		}
		if failed >= r.most(a.worst) || r.limiter.givesUp(time.Now()) || wait(ctx, time.Second<<min(try, 4)) != nil {
			return a
		}
	}
}

// pin keeps a name's addresses, or returns those that were kept.
func (r *Resolver) pin(name string, addrs []netip.Addr) ([]netip.Addr, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if addrs != nil {
		r.pinned[Key(name)] = addrs
	}
	if len(r.pinned) == 0 {
		return nil, false
	}
	addrs, ok := r.pinned[Key(name)]
	return addrs, ok
}

// ofFamily returns the addresses of a network.
func ofFamily(addrs []netip.Addr, network, name string) (list []netip.Addr, err error) {
	for _, a := range addrs {
		if network == "ip" || network == "ip4" == a.Is4() {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no %s address", name, families[network])
	}
	return list, nil
}

// most returns how many attempts at a name may fail.
func (r *Resolver) most(worst cause) int {
	if r.limiter.idle() {
		return fewer[worst]
	}
	return attempts[worst]
}

// counts reports whether an attempt that failed is evidence about its name: the
// resolver answered others since. If there were none, a name that it has
// answered is looked up again.
func (r *Resolver) counts(ctx context.Context, began time.Time) bool {
	since, ever := r.limiter.replied(began)
	if since || !ever || r.limiter.idle() {
		return true
	}
	r.mu.Lock()
	good := r.good
	r.mu.Unlock()
	if good.name == "" {
		return true
	}
	r.attempt(ctx, good.network, good.name, false)
	since, _ = r.limiter.replied(began)
	return since
}

// attempt looks a name up once.
func (r *Resolver) attempt(ctx context.Context, network, name string, first bool) (a attempt) {
	if err := r.limiter.begin(ctx); err != nil {
		return attempt{err: fmt.Errorf("%s could not be looked up: %w", name, err)}
	}
	t := &trace{started: time.Now(), first: first, failed: map[string]failure{}}
	a.addrs, a.err = lookUp(context.WithValue(ctx, traceKey{}, t), r.source, t, network, name)
	a.worst, a.texts = t.failures()
	switch {
	case len(a.texts) > 0 && a.err != nil:
		a.err = a.failure(name)
	case a.err != nil:
		a.worst = causeOf(a.err)
	case t.complete():
		r.remember(question{network, name})
	}
	r.limiter.end(time.Now(), t, a.worst)
	return a
}

// remember keeps a lookup that the resolver answered.
func (r *Resolver) remember(q question) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.good = q
}

// causeOf tells from package net's error why a lookup failed whose queries were
// not seen: those of the C library are not.
func causeOf(err error) cause {
	var dns *net.DNSError
	switch {
	case !errors.As(err, &dns), dns.IsNotFound:
		return none
	case dns.IsTimeout:
		return silent
	case isDial(dns.Err):
		return unreachable
	}
	return refused
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}
