package scope

import (
	"net/netip"
	"slices"
	"sort"

	"portkit/pkg/endpoint"
	"portkit/pkg/target"
)

// stretch is the range from the first to the last address of an entry, without
// zones. An octet pattern does not contain all addresses in between.
type stretch struct {
	lo, hi  netip.Addr
	highest netip.Addr // maximum hi of all stretches up to this one
	targets target.Target
	rule    int // index in ports; -1: all ports
	entry   int // index in entries
}

// note adds the stretch of an entry.
func (s *Set) note(t target.Target, rule, entry int) {
	n := t.Count()
	if n.IsZero() {
		return
	}
	s.stretches = append(s.stretches, stretch{
		lo: t.At(n.Sub(n)).WithZone(""), hi: t.At(n.Sub64(1)).WithZone(""), targets: t, rule: rule, entry: entry,
	})
}

// find returns an entry that contains a port of an address; nil if there is none.
// It sorts the stretches on its first call: most runs refuse no address.
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
	above := sort.Search(len(s.stretches), func(i int) bool { return s.stretches[i].lo.Compare(bare) > 0 })
	for i := above - 1; i >= 0 && s.stretches[i].highest.Compare(bare) >= 0; i-- {
		t := &s.stretches[i]
		if (t.rule < 0 || s.ports[t.rule].ports[p][port]) && t.targets.Contains(a) {
			return &s.entries[t.entry]
		}
	}
	return nil
}
