// Package resolve looks up host names: each once, at the pace that the resolver
// sustains, with errors that name the cause.
//
// Cache shares results and lookups in flight. A lookup by Resolver consists of
// attempts, and an attempt of queries: one per address family, plus retransmissions and
// the search list of package net. limiter sets the pace, observe records the queries, and
// Resolver decides from their trace whether to retry.
package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// Source looks up one name once. net.Resolver implements it.
type Source interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// families names the address families of a network in messages.
var families = map[string]string{"ip": "IPv4 or IPv6", "ip4": "IPv4", "ip6": "IPv6"}

// others is the network of the other address family.
var others = map[string]string{"ip4": "ip6", "ip6": "ip4"}

// lookUp makes one attempt. It returns the addresses in the resolver's order: unmapped,
// distinct, at least one.
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
		// A hosts file may have it as written. Package net sends no query for such a name.
		if local, err := r.LookupNetIP(ctx, network, name); err == nil {
			return usable(name, local)
		}
	}
	if err != nil {
		return nil, described{explain(ctx, r, err, network, name, registered), err}
	}
	return usable(name, found)
}

// usable returns the addresses that can be probed. DNS filters and hosts files block a
// name with 0.0.0.0 or ::.
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

// eachFamily looks up each family by itself. If the lookup of one family fails and the
// other has no address, package net reports that the host does not exist: it keeps the
// later error.
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

// described is an error with a text for people.
type described struct{ words, cause error }

func (d described) Error() string { return d.words.Error() }
func (d described) Unwrap() error { return d.cause }

// explain returns the text for a failed lookup.
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

// absent reports whether a name has no address of the other family either: a resolver
// reports "no such host" in both cases.
func absent(ctx context.Context, r Source, network, name string) bool {
	if network == "" {
		return true
	}
	_, err := r.LookupNetIP(ctx, network, name)
	return isNotFound(err)
}

// isDial reports whether a text is that of a net.OpError, which is all that a DNSError
// keeps of it.
func isDial(text string) bool {
	return strings.HasPrefix(text, "dial ") || strings.HasPrefix(text, "read ") || strings.HasPrefix(text, "write ")
}
