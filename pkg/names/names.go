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
	case dns.IsNotFound && exists(ctx, r, others[network], name):
		return fmt.Errorf("%s has no %s address", name, families[network])
	case dns.IsNotFound:
		return fmt.Errorf("%s has no address: no such host", name)
	case dns.IsTimeout:
		return fmt.Errorf("%s could not be looked up: the resolver does not answer", name)
	case errors.As(err, &errno):
		return fmt.Errorf("%s could not be looked up: the resolver cannot be reached: %w", name, errno)
	case isDial(dns.Err):
		return fmt.Errorf("%s could not be looked up: the resolver cannot be reached", name)
	}
	return fmt.Errorf("%s could not be looked up: %s", name, dns.Err)
}

// exists says that a name without an address of one family has one of another:
// of both, resolvers say the same, that there is no such host.
func exists(ctx context.Context, r Resolver, network, name string) bool {
	if network == "" {
		return false
	}
	found, err := r.LookupNetIP(ctx, network, name)
	return err == nil && len(found) > 0
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
