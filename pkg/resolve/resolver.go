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

// attempts is the number of attempts that may fail before a name does, by cause, while
// the resolver replies to others. In each, package net retransmits a query without a
// reply once.
var attempts = [...]int{unreachable: 3, silent: 3, refused: 5}

// fewer is attempts for a run that is too small to exceed a rate limit.
var fewer = [...]int{unreachable: 3, silent: 2, refused: 3}

// Options configure a Resolver.
type Options struct {
	// Rate is the maximum number of queries per second; 0: adapts.
	Rate float64
	// Once makes one attempt for each name.
	Once bool
}

// Resolver looks up names. It is safe for several goroutines.
type Resolver struct {
	source  Source
	limiter *limiter
	once    bool

	mu     sync.Mutex
	good   question // last lookup that succeeded
	pinned map[string][]netip.Addr
}

// question is a lookup.
type question struct{ network, name string }

// New returns a Resolver that uses s.
func New(s Source, o Options) *Resolver {
	return &Resolver{source: s, limiter: newLimiter(o.Rate), once: o.Once, pinned: map[string][]netip.Addr{}}
}

// System returns a Resolver that uses base and observes its queries.
func System(base *net.Resolver, o Options) *Resolver {
	r := New(nil, o)
	r.source = r.limiter.observe(base)
	return r
}

// Lookup returns the addresses of a name in the resolver's order: unmapped, distinct,
// at least one. network is "ip", "ip4" or "ip6". It retries while the resolver is
// rate-limited or overloaded, for over a minute if necessary.
func (r *Resolver) Lookup(ctx context.Context, network, name string) ([]netip.Addr, error) {
	if addrs, ok := r.pin(name, nil); ok {
		return ofFamily(addrs, network, name)
	}
	a := r.persist(ctx, network, name)
	return a.addrs, a.err
}

// Family returns Lookup for one address family, or for both if none is selected.
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

// Pin looks up all addresses of a name and keeps them for later lookups, so that a
// scope and the probes checked against it agree on a name whose addresses rotate.
// Unlike Lookup it fails if the lookup of one family fails.
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

// attempt is the outcome of an attempt. worst is none if a retry would not help.
type attempt struct {
	addrs []netip.Addr
	err   error
	worst cause
	texts []string // failures of the queries
}

func (a attempt) failure(name string) error {
	return fmt.Errorf("%s could not be looked up: %s", name, strings.Join(a.texts, ", "))
}

// persist retries until an attempt succeeds or the name or the resolver is given up.
func (r *Resolver) persist(ctx context.Context, network, name string) attempt {
	failed := 0
	for try := 0; ; try++ {
		began := time.Now()
		a := r.attempt(ctx, network, name, try == 0)
		if a.worst == none && try > 0 {
			r.limiter.recovered()
		}
		if a.worst == none || r.once || ctx.Err() != nil {
			return a
		}
		if a.worst == unreachable || r.isEvidence(ctx, began) {
			failed++
		}
		if failed >= r.maxFailures(a.worst) || r.limiter.isDead(time.Now()) || sleep(ctx, time.Second<<min(try, 4), nil) != nil {
			return a
		}
	}
}

// pin stores the addresses of a name, or returns the stored ones.
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

// ofFamily returns the addresses that belong to a network.
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

// maxFailures returns the number of attempts that may fail.
func (r *Resolver) maxFailures(worst cause) int {
	if r.limiter.idle() {
		return fewer[worst]
	}
	return attempts[worst]
}

// isEvidence reports whether a failed attempt is evidence about its name: the resolver has
// replied to another one since. If there was none, it looks up a name that succeeded
// before.
func (r *Resolver) isEvidence(ctx context.Context, began time.Time) bool {
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

func (r *Resolver) remember(q question) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.good = q
}

// causeOf returns the cause of an error of package net. It is needed for the C
// library's resolver, whose queries cannot be observed.
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
