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

// Set is what the entries of a list cover. It is safe for several goroutines.
type Set struct {
	// What is the flag or the variable that the list is from, and File the file
	// that it is in; "" if it is in none. They are for messages only.
	What, File string

	addrs *target.Set    // with every port
	names map[string]int // number of the entry, from 1, by resolve.Key
	ports []rule
	zones zones

	entries   []Entry
	stretches []stretch
	sorted    sync.Once // sorts stretches
}

// rule covers some ports of some addresses.
type rule struct {
	addrs *target.Set
	ports [2]map[uint16]bool // by protocol
}

// Options says how the entries of a list are understood.
type Options struct {
	Resolver *resolve.Resolver
	Services portspec.Services
}

// NewSet makes a set of entries. Names are looked up now, at addresses of both
// families; one that has none is an error, as is a port spec that cannot be
// read: half a scope is none.
func NewSet(ctx context.Context, list []Entry, o Options) (*Set, error) {
	found, err := lookUp(ctx, list, o.Resolver)
	if err != nil {
		return nil, err
	}
	s := &Set{names: map[string]int{}, entries: list}
	var all target.Builder
	for i, e := range list {
		b, rule := &all, -1
		var own target.Builder
		if e.Ports != "" {
			b, rule = &own, len(s.ports)
		}
		if name, ok := e.Target.Name(); ok {
			if e.Ports == "" {
				s.names[resolve.Key(name)] = i + 1
			}
			for _, a := range found[i] {
				b.AddAddr(a)
				s.zones.note(a.Zone())
				s.note(target.Of(a), rule, i)
			}
		} else if err := b.Add(e.Target); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Where, err)
		} else {
			s.note(e.Target, rule, i)
		}
		s.zones.note(e.Target.Zone())
		if e.Ports != "" {
			r, err := newRule(own.Set(), e.Ports, o.Services)
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

// lookUp returns the addresses of the entries that are names.
func lookUp(ctx context.Context, list []Entry, r *resolve.Resolver) ([][]netip.Addr, error) {
	lookups, pending := resolve.NewLookups(ctx, r.Pin), make([]<-chan resolve.Result, len(list))
	for i, e := range list {
		if name, ok := e.Target.Name(); ok {
			pending[i] = lookups.Start(name)
		}
	}
	found := make([][]netip.Addr, len(list))
	for i, p := range pending {
		if p == nil {
			continue
		}
		result := <-p
		if result.Err != nil {
			return nil, fmt.Errorf("%s: %w", list[i].Where, result.Err)
		}
		found[i] = result.Addrs
	}
	return found, nil
}

// Name says whether the set has a name as such.
func (s *Set) Name(name []byte) bool {
	if len(s.names) == 0 {
		return false
	}
	var b [64]byte
	return s.names[string(resolve.AppendKey(b[:0], name))] > 0
}

// Contains says whether the set covers a port of an address, under whatever
// name its zone has.
func (s *Set) Contains(a netip.AddrPort, p endpoint.Proto) bool {
	return s.covers(a.Addr(), a.Port(), p) || s.zones.aliases(a.Addr(), func(zone string) bool {
		return s.covers(a.Addr().WithZone(zone), a.Port(), p)
	})
}

func (s *Set) covers(a netip.Addr, port uint16, p endpoint.Proto) bool {
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
