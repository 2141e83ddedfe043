package target

import (
	"fmt"
	"net/netip"
	"slices"
	"sort"

	"lukechampine.com/uint128"
)

// MaxRanges is the maximum number of ranges of one target in a Set. Only octet patterns
// have many.
const MaxRanges = 1 << 20

// Builder collects targets into a Set. The zero Builder is empty.
type Builder struct {
	v4, v6 []span
	zoned  map[string]*[]span
}

// Add adds the addresses of t. Names and octet patterns of more than MaxRanges ranges
// are errors.
func (b *Builder) Add(t Target) error {
	if name, ok := t.Name(); ok {
		return fmt.Errorf("%s is a name, not an address", name)
	}
	list := b.list(t)
	before := len(*list)
	t.Runs(number{}, func(first, last netip.Addr) bool {
		_, lo := split(first)
		_, hi := split(last)
		if n := len(*list); n > before && (*list)[n-1].hi.AddWrap64(1) == lo {
			(*list)[n-1].hi = hi
			return true
		}
		*list = append(*list, span{lo, hi})
		return len(*list)-before <= MaxRanges
	})
	if len(*list)-before > MaxRanges {
		*list = (*list)[:before]
		return fmt.Errorf("the octet pattern expands to more than %d ranges", MaxRanges)
	}
	return nil
}

// AddAddr adds one address.
func (b *Builder) AddAddr(a netip.Addr) {
	t := Of(a)
	list := b.list(t)
	*list = append(*list, span{t.lo, t.lo})
}

// Of returns the target of one address, unmapped.
func Of(a netip.Addr) Target {
	a = a.Unmap()
	f, n := split(a)
	t := Target{lo: n, hi: n, family: f}
	if a.Zone() != "" {
		t.more = &detail{zone: a.Zone()}
	}
	return t
}

// list returns the spans of t's family and zone.
func (b *Builder) list(t Target) *[]span {
	switch {
	case t.family == v4:
		return &b.v4
	case t.more == nil || t.more.zone == "":
		return &b.v6
	}
	if b.zoned == nil {
		b.zoned = map[string]*[]span{}
	}
	if b.zoned[t.more.zone] == nil {
		b.zoned[t.more.zone] = new([]span)
	}
	return b.zoned[t.more.zone]
}

// Set is a union of targets. It is safe for several goroutines. A nil Set is empty.
type Set struct {
	v4, v6 []span            // sorted and disjoint
	zoned  map[string][]span // v6 and spans of that zone
	anyone []span            // v6 and spans of all zones
}

// Set returns the union of all targets added so far.
func (b *Builder) Set() *Set {
	s := &Set{v4: merge(b.v4), v6: merge(b.v6)}
	s.anyone = s.v6
	if len(b.zoned) == 0 {
		return s
	}
	s.zoned = make(map[string][]span, len(b.zoned))
	for zone, spans := range b.zoned {
		s.zoned[zone] = merge(s.v6, *spans)
		s.anyone = merge(s.anyone, *spans)
	}
	return s
}

// merge returns the union of spans, sorted, disjoint and not adjacent.
func merge(lists ...[]span) []span {
	all := slices.Concat(lists...)
	slices.SortFunc(all, func(a, b span) int { return a.lo.Cmp(b.lo) })
	kept := all[:0]
	for _, s := range all {
		n := len(kept)
		if n > 0 && (kept[n-1].hi == uint128.Max || s.lo.Cmp(kept[n-1].hi.Add64(1)) <= 0) {
			kept[n-1].hi = maximum(kept[n-1].hi, s.hi)
			continue
		}
		kept = append(kept, s)
	}
	return slices.Clip(kept)
}

// view returns the spans for addresses of a family and zone. A span without a zone
// applies in all zones, and an address without a zone may be in any of them.
func (s *Set) view(f family, zone string) []span {
	switch {
	case s == nil:
		return nil
	case f == v4:
		return s.v4
	case zone == "":
		return s.anyone
	}
	if spans, ok := s.zoned[zone]; ok {
		return spans
	}
	return s.v6
}

// Contains reports whether a, unmapped, is in the set.
func (s *Set) Contains(a netip.Addr) bool {
	a = a.Unmap()
	f, n := split(a)
	spans := s.view(f, a.Zone())
	i := sort.Search(len(spans), func(i int) bool { return spans[i].hi.Cmp(n) >= 0 })
	return f != none && i < len(spans) && spans[i].lo.Cmp(n) <= 0
}
