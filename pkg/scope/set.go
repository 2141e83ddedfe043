package scope

import (
	"context"
	"fmt"
	"net/netip"
	"sync"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/resolve"
	"portkit/pkg/target"
)

// Set is the addresses and ports in the entries of a list. It is safe for
// concurrent use.
type Set struct {
	// What is the flag or variable with the list, File its file, "" if there is
	// none. Both are for messages only.
	What, File string

	addrs *target.Set       // with all ports
	names map[string]*Entry // with all ports, by resolve.Key
	ports []rule
	zones zones

	entries   []Entry
	stretches []stretch
	sorted    sync.Once // sorts stretches
}

// rule is some ports of some addresses.
type rule struct {
	addrs *target.Set
	ports [2]map[uint16]bool // by protocol
}

// Options resolve names and interfaces in entries.
type Options struct {
	Resolver *resolve.Resolver
	Services portspec.Services
}

// NewSet returns the set of a list. It looks up names at once, in both address
// families. A name without an address is an error, as is an invalid port spec: an
// incomplete scope must not be used.
func NewSet(ctx context.Context, list []Entry, o Options) (*Set, error) {
	targets, err := lookUp(ctx, list, o.Resolver)
	if err != nil {
		return nil, err
	}
	s := &Set{names: map[string]*Entry{}, entries: list}
	var all target.Builder
	for i, e := range list {
		b, rule := &all, -1
		if e.Ports != "" {
			b, rule = &target.Builder{}, len(s.ports)
		} else if name, ok := e.Target.Name(); ok {
			s.names[resolve.Key(name)] = &list[i]
		}
		for _, t := range targets[i] {
			if err := b.Add(t); err != nil {
				return nil, fmt.Errorf("%s: %w", e.Where, err)
			}
			s.zones.note(t.Zone())
			s.note(t, rule, i)
		}
		if e.Ports != "" {
			r, err := newRule(b.Set(), e.Ports, o.Services)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.Where, err)
			}
			s.ports = append(s.ports, r)
		}
	}
	s.addrs = all.Set()
	return s, nil
}

func newRule(addrs *target.Set, ports string, services portspec.Services) (rule, error) {
	set, err := portspec.Parse(ports, []endpoint.Proto{endpoint.TCP, endpoint.UDP}, services)
	r := rule{addrs: addrs, ports: [2]map[uint16]bool{{}, {}}}
	for port, proto := range set.All() {
		r.ports[proto][port] = true
	}
	return r, err
}

// lookUp returns the target of each entry; if that is a name, its addresses.
func lookUp(ctx context.Context, list []Entry, r *resolve.Resolver) ([][]target.Target, error) {
	lookups, pending := resolve.NewLookups(ctx, r.Pin), make([]<-chan resolve.Result, len(list))
	for i, e := range list {
		if name, ok := e.Target.Name(); ok {
			pending[i] = lookups.Start(name)
		}
	}
	targets := make([][]target.Target, len(list))
	for i, p := range pending {
		if p == nil {
			targets[i] = []target.Target{list[i].Target}
			continue
		}
		result := <-p
		if result.Err != nil {
			return nil, fmt.Errorf("%s: %w", list[i].Where, result.Err)
		}
		for _, a := range result.Addrs {
			targets[i] = append(targets[i], target.Of(a))
		}
	}
	return targets, nil
}

// named returns the entry that is a name; nil if there is none.
func (s *Set) named(name []byte) *Entry {
	if len(s.names) == 0 {
		return nil
	}
	var b [64]byte
	return s.names[string(resolve.AppendKey(b[:0], name))]
}

// Contains reports whether the set contains a port of an address. A zone may have
// several names.
func (s *Set) Contains(a netip.AddrPort, p endpoint.Proto) bool {
	return s.contains(a.Addr(), a.Port(), p) || s.zones.aliases(a.Addr(), func(zone string) bool {
		return s.contains(a.Addr().WithZone(zone), a.Port(), p)
	})
}

func (s *Set) contains(a netip.Addr, port uint16, p endpoint.Proto) bool {
	if s.addrs.Contains(a) {
		return true
	}
	for _, r := range s.ports {
		if r.ports[p][port] && r.addrs.Contains(a) {
			return true
		}
	}
	return false
}
