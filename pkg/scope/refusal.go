package scope

import (
	"fmt"
	"net/netip"
	"slices"
	"sort"

	"portkit/pkg/endpoint"
	"portkit/pkg/resolve"
	"portkit/pkg/target"
)

// Refusal returns why a port of an address may not be probed: the list, and of
// one that denies the entry. It is "" where it may be.
func (s *Scope) Refusal(a netip.AddrPort, p endpoint.Proto) string {
	a = s.linked(a)
	for _, d := range s.Deny {
		if d.Contains(a, p) {
			e := d.find(a, p)
			return fmt.Sprintf("%s is denied by %s", subject(a, p, e != nil && e.Ports != ""), d.origin(e))
		}
	}
	for _, l := range s.Allow {
		if !l.Contains(a, p) {
			return fmt.Sprintf("%s is not in %s", subject(a, p, len(l.ports) > 0), l.title())
		}
	}
	return ""
}

// NameRefusal returns why a name is denied as such; "" if it is not.
func (s *Scope) NameRefusal(name []byte) string {
	for _, d := range s.Deny {
		if d.Name(name) {
			return fmt.Sprintf("%s is denied by %s", name, d.origin(&d.entries[d.names[resolve.Key(string(name))]-1]))
		}
	}
	return ""
}

// subject names an address, and the port where the list tells ports apart.
func subject(a netip.AddrPort, p endpoint.Proto, withPort bool) string {
	if withPort {
		return fmt.Sprintf("port %d/%v of %v", a.Port(), p, a.Addr())
	}
	return a.Addr().String()
}

// title names the list: "--allow", "--allow-file FILE".
func (s *Set) title() string {
	if s.File != "" {
		return s.What + " " + s.File
	}
	return s.What
}

// origin names an entry of the list: "--deny 10.0.0.0/8", "--deny-file FILE:
// line 3: 10.0.0.0/8"; the list alone where the entry is not known.
func (s *Set) origin(e *Entry) string {
	switch {
	case e == nil:
		return s.title()
	case s.File != "":
		return s.What + " " + e.Where + ": " + e.Text
	}
	return s.What + " " + e.Text
}

// stretch is the range of addresses that an entry covers, or most of which it
// covers. Zones are left out.
type stretch struct {
	lo, hi  netip.Addr
	highest netip.Addr // of all stretches up to this one
	targets target.Target
	rule    int // index among ports; -1: all ports
	entry   int
}

// note remembers what an entry covers, for find.
func (s *Set) note(t target.Target, rule, entry int) {
	n := t.Count()
	if n.IsZero() {
		return
	}
	s.stretches = append(s.stretches, stretch{
		lo: t.At(n.Sub(n)).WithZone(""), hi: t.At(n.Sub64(1)).WithZone(""), targets: t, rule: rule, entry: entry,
	})
}

// find returns an entry that covers a port of an address; nil if there is none.
// The stretches are sorted when the first address is refused: most runs refuse
// none.
func (s *Set) find(a netip.AddrPort, p endpoint.Proto) *Entry {
	s.sorted.Do(func() {
		slices.SortStableFunc(s.stretches, func(x, y stretch) int { return x.lo.Compare(y.lo) })
		for i := range s.stretches {
			t := &s.stretches[i]
			if t.highest = t.hi; i > 0 && s.stretches[i-1].highest.Compare(t.hi) > 0 {
				t.highest = s.stretches[i-1].highest
			}
		}
	})
	found := s.findAt(a.Addr(), a.Port(), p)
	s.zones.aliases(a.Addr(), func(zone string) bool {
		if found == nil {
			found = s.findAt(a.Addr().WithZone(zone), a.Port(), p)
		}
		return found != nil
	})
	return found
}

func (s *Set) findAt(a netip.Addr, port uint16, p endpoint.Proto) *Entry {
	a = a.Unmap()
	bare := a.WithZone("")
	behind := sort.Search(len(s.stretches), func(i int) bool { return s.stretches[i].lo.Compare(bare) > 0 })
	for i := behind - 1; i >= 0 && s.stretches[i].highest.Compare(bare) >= 0; i-- {
		t := &s.stretches[i]
		if (t.rule < 0 || s.ports[t.rule].ports[p][port]) && t.targets.Contains(a) {
			return &s.entries[t.entry]
		}
	}
	return nil
}
