// Package names looks host names up and says in words for people why a name has
// no address. What a resolver's error says of servers and sockets differs from
// try to try and is left out.
package names

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
)

// Resolver is the part of net.Resolver that is needed.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// families are the addresses that a network's name asks for.
var families = map[string]string{"ip": "IPv4 or IPv6", "ip4": "IPv4", "ip6": "IPv6"}

// others are the networks of the addresses that a network leaves out.
var others = map[string]string{"ip4": "ip6", "ip6": "ip4"}

// Network is the network of one family, or of both where neither is given.
func Network(v4, v6 bool) string {
	switch {
	case v4:
		return "ip4"
	case v6:
		return "ip6"
	}
	return "ip"
}

// Lookup returns a name's addresses in the resolver's order: unmapped, each
// once, at least one. network is "ip", "ip4" or "ip6". 0.0.0.0 and :: are no
// addresses: they are how some resolvers say that a name is blocked.
func Lookup(ctx context.Context, r Resolver, network, name string) ([]netip.Addr, error) {
	found, err := r.LookupNetIP(ctx, network, name)
	if network == "ip" && isNotFound(err) {
		found, err = eachFamily(ctx, r, name)
	}
	if err != nil {
		return nil, explain(ctx, r, err, network, name)
	}
	addrs := make([]netip.Addr, 0, len(found))
	for _, a := range found {
		if a = a.Unmap(); !a.IsUnspecified() && !slices.Contains(addrs, a) {
			addrs = append(addrs, a)
		}
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("%s has no address that can be asked", name)
	}
	return addrs, nil
}

// eachFamily asks for each family by itself. Of a name of which one family's
// lookup failed while the other has no address, a resolver that is asked for both
// at once says that there is no such host: package net keeps the later error.
func eachFamily(ctx context.Context, r Resolver, name string) ([]netip.Addr, error) {
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

// explain says what became of a lookup.
func explain(ctx context.Context, r Resolver, err error, network, name string) error {
	var dns *net.DNSError
	var addr *net.AddrError
	var errno syscall.Errno
	switch {
	case errors.As(err, &addr):
		return fmt.Errorf("%s has no %s address", name, families[network])
	case !errors.As(err, &dns):
		return fmt.Errorf("%s could not be looked up: %w", name, err)
	case isNotFound(err) && absent(ctx, r, others[network], name):
		return fmt.Errorf("%s has no address: no such host", name)
	case isNotFound(err):
		return fmt.Errorf("%s has no %s address", name, families[network])
	case dns.IsTimeout:
		return fmt.Errorf("%s could not be looked up: the resolver does not answer", name)
	case errors.As(err, &errno):
		return fmt.Errorf("%s could not be looked up: the resolver cannot be reached: %w", name, errno)
	case isDial(dns.Err):
		return fmt.Errorf("%s could not be looked up: the resolver cannot be reached", name)
	}
	return fmt.Errorf("%s could not be looked up: %s", name, dns.Err)
}

// absent says that a name without an address of one family has none of another,
// if there is another: of both, resolvers say the same, that there is no such host.
func absent(ctx context.Context, r Resolver, network, name string) bool {
	if network == "" {
		return true
	}
	_, err := r.LookupNetIP(ctx, network, name)
	return isNotFound(err)
}

// Key is a name as names are compared: the case of its letters, which are
// ASCII's (RFC 4343), and a last dot (RFC 1034 section 3.1) do not matter. Only
// a name of one label is another with its dot: without it the resolver looks in
// its search list first (resolv.conf(5)).
func Key(name string) string { return string(AppendKey(nil, []byte(name))) }

// AppendKey appends the Key of a name.
func AppendKey(dst, name []byte) []byte {
	if n := len(name); n > 0 && bytes.IndexByte(name, '.') < n-1 {
		name = bytes.TrimSuffix(name, []byte("."))
	}
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
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
