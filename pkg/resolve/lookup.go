// Package names looks up host names, at the pace that the system's resolver
// keeps up with, and explains why a name has no address.
//
// A lookup is of one name and consists of attempts. An attempt makes queries: one
// for each address family, and those that package net repeats or makes along the
// search list. limiter sets the pace, hook shows it the queries, and Resolver
// decides from an attempt's trace whether another follows.
package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
)

// Source looks up one name: a net.Resolver.
type Source interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// families are the addresses that a network's name asks for.
var families = map[string]string{"ip": "IPv4 or IPv6", "ip4": "IPv4", "ip6": "IPv6"}

// others are the networks of the addresses that a network leaves out.
var others = map[string]string{"ip4": "ip6", "ip6": "ip4"}

// lookUp looks a name up once and returns its addresses in the resolver's order:
// unmapped, each once, at least one.
func lookUp(ctx context.Context, r Source, t *trace, network, name string) ([]netip.Addr, error) {
	registered, err := Registered(name)
	if err != nil {
		return nil, err
	}
	found, err := r.LookupNetIP(ctx, network, registered)
	if network == "ip" && isNotFound(err) && !t.complete() {
		found, err = eachFamily(ctx, r, registered)
	}
	if isNotFound(err) && registered != name {
		// A hosts file may have it as written. No query is made of such a name.
		if local, err := r.LookupNetIP(ctx, network, name); err == nil {
			return usable(name, local)
		}
	}
	if err != nil {
		return nil, described{explain(ctx, r, err, network, name, registered), err}
	}
	return usable(name, found)
}

// usable returns the addresses that can be probed. 0.0.0.0 and :: are how
// resolvers that filter, and hosts files, block a name.
func usable(name string, found []netip.Addr) ([]netip.Addr, error) {
	addrs := make([]netip.Addr, 0, len(found))
	for _, a := range found {
		if a = a.Unmap(); !a.IsUnspecified() && !slices.Contains(addrs, a) {
			addrs = append(addrs, a)
		}
	}
	switch {
	case len(addrs) > 0:
		return addrs, nil
	case len(found) > 0:
		return nil, fmt.Errorf("%s is blocked: its address is %v, the reply of a DNS filter or a hosts file", name, found[0].Unmap())
	}
	return nil, fmt.Errorf("%s has no address", name)
}

// eachFamily asks for each family by itself. Of a name of which one family's
// lookup failed while the other has no address, a resolver that is asked for both
// at once says that there is no such host: package net keeps the later error.
func eachFamily(ctx context.Context, r Source, name string) ([]netip.Addr, error) {
	found, err := r.LookupNetIP(ctx, "ip4", name)
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	more, err := r.LookupNetIP(ctx, "ip6", name)
	if found = append(found, more...); len(found) > 0 {
		return found, nil
	}
	return nil, err
}

func isNotFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// described is an error in words for people.
type described struct{ words, cause error }

func (d described) Error() string { return d.words.Error() }
func (d described) Unwrap() error { return d.cause }

// explain says what became of a lookup.
func explain(ctx context.Context, r Source, err error, network, name, registered string) error {
	var dns *net.DNSError
	var addr *net.AddrError
	var errno syscall.Errno
	switch {
	case errors.As(err, &addr):
		return fmt.Errorf("%s has no %s address", name, families[network])
	case !errors.As(err, &dns):
		return fmt.Errorf("%s could not be looked up: %w", name, err)
	case isNotFound(err) && absent(ctx, r, others[network], registered):
		return fmt.Errorf("%s has no address: no such host", name)
	case isNotFound(err):
		return fmt.Errorf("%s has no %s address", name, families[network])
	case dns.IsTimeout:
		return fmt.Errorf("%s could not be looked up: no reply from the resolver", name)
	case errors.As(err, &errno):
		return fmt.Errorf("%s could not be looked up: the resolver cannot be reached: %w", name, errno)
	case isDial(dns.Err):
		return fmt.Errorf("%s could not be looked up: the resolver cannot be reached", name)
	}
	return fmt.Errorf("%s could not be looked up: %s", name, dns.Err)
}

// absent says that a name without an address of one family has none of another,
// if there is another: of both, resolvers say the same, that there is no such host.
func absent(ctx context.Context, r Source, network, name string) bool {
	if network == "" {
		return true
	}
	_, err := r.LookupNetIP(ctx, network, name)
	return isNotFound(err)
}

// isDial says that a text is of a net.OpError: package net keeps of it in a
// DNSError the text only.
func isDial(text string) bool {
	for _, op := range []string{"dial ", "read ", "write "} {
		if len(text) > len(op) && text[:len(op)] == op {
			return true
		}
	}
	return false
}
