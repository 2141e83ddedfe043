// Package target parses the words that specify what to scan (an address, a prefix, a
// range, an octet pattern or a name) and counts, indexes and iterates over their
// addresses without listing them.
package target

import (
	"net/netip"
	"sort"

	"lukechampine.com/uint128"
)

// Target is a name, or a sequence of addresses of one family in ascending order. It
// omits 0.0.0.0, ::, and the IPv4-mapped addresses of a wider IPv6 prefix, which cannot
// be probed. The zero Target has no addresses.
type Target struct {
	lo, hi number // first and last address, before holes
	family family
	more   *detail // of few targets
}

// detail is separate so that a list of a million addresses stays small.
type detail struct {
	name    string
	zone    string
	pattern *pattern
	holes   []hole
	gone    number // number of addresses in all holes
}

// hole is a range of removed ranks. The addresses from index at on are skip ranks
// further, in this hole and all before.
type hole struct{ at, skip number }

type family uint8

const (
	none family = iota
	v4
	v6
	named
)

// Name returns the host name. ok is false for addresses.
func (t Target) Name() (name string, ok bool) {
	if t.family != named {
		return "", false
	}
	return t.more.name, true
}

// Zone returns the zone of the addresses, or "".
func (t Target) Zone() string {
	if t.more == nil {
		return ""
	}
	return t.more.zone
}

// Is4 reports whether the target's addresses are IPv4.
func (t Target) Is4() bool { return t.family == v4 }

// Is6 reports whether the target's addresses are IPv6.
func (t Target) Is6() bool { return t.family == v6 }

// Count returns the number of addresses, and 1 for a name.
func (t Target) Count() uint128.Uint128 {
	switch {
	case t.family == named:
		return uint128.From64(1)
	case t.more == nil:
		return t.size()
	}
	return t.size().Sub(t.more.gone)
}

// At returns the address of index i, from 0 and below Count, and the zero Addr for a
// name.
func (t Target) At(i uint128.Uint128) netip.Addr {
	if t.more == nil {
		return t.family.addr(t.lo.AddWrap(i), "")
	}
	if t.family == named {
		return netip.Addr{}
	}
	return t.family.addr(t.unrank(t.past(i)), t.more.zone)
}

// past converts an index to a rank.
func (t Target) past(i number) number {
	holes := t.more.holes
	j := sort.Search(len(holes), func(j int) bool { return holes[j].at.Cmp(i) > 0 })
	if j > 0 {
		i = i.Add(holes[j-1].skip)
	}
	return i
}

// Contains reports whether a is one of the addresses. Addresses without a zone are in
// every zone.
func (t Target) Contains(a netip.Addr) bool {
	a = a.Unmap()
	f, n := split(a)
	if f != t.family || n.Cmp(t.lo) < 0 || n.Cmp(t.hi) > 0 {
		return false
	}
	if t.more == nil {
		return true
	}
	if t.more.zone != "" && t.more.zone != a.Zone() {
		return false
	}
	r := t.rank(n)
	return t.unrank(r) == n && !t.inHole(r)
}

// inHole reports whether a rank is in a hole.
func (t Target) inHole(rank number) bool {
	holes := t.more.holes
	j := sort.Search(len(holes), func(j int) bool { return t.hole(j).hi.Cmp(rank) >= 0 })
	return j < len(holes) && t.hole(j).lo.Cmp(rank) <= 0
}

// hole returns the ranks of hole j.
func (t Target) hole(j int) span {
	h, before := t.more.holes[j], number{}
	if j > 0 {
		before = t.more.holes[j-1].skip
	}
	return span{h.at.Add(before), h.at.Add(h.skip).Sub64(1)}
}

// Runs yields the addresses from an index on as ranges of consecutive ones, until yield
// returns false. A name has none.
func (t Target) Runs(from uint128.Uint128, yield func(first, last netip.Addr) bool) {
	if t.family == named || from.Cmp(t.Count()) >= 0 {
		return
	}
	if t.more == nil {
		yield(t.family.addr(t.lo.Add(from), ""), t.family.addr(t.hi, ""))
		return
	}
	at, size := t.past(from), t.size()
	holes := t.more.holes
	first := sort.Search(len(holes), func(j int) bool { return holes[j].at.Cmp(from) > 0 })
	for j := first; j < len(holes); j++ {
		h := t.hole(j)
		if h.lo != at && !t.stretch(at, h.lo.Sub64(1), yield) {
			return
		}
		at = h.hi.Add64(1)
	}
	if at.Cmp(size) < 0 {
		t.stretch(at, size.Sub64(1), yield)
	}
}

// stretch yields the runs of the ranks from r to last.
func (t Target) stretch(r, last number, yield func(first, last netip.Addr) bool) bool {
	for {
		n, end := t.unrank(r), last
		if p := t.more.pattern; p != nil {
			end = minimum(last, uint128.From64(p.runEnd(r.Lo)))
		}
		if !yield(t.family.addr(n, t.more.zone), t.family.addr(n.Add(end.Sub(r)), t.more.zone)) {
			return false
		}
		if end == last {
			return true
		}
		r = end.Add64(1)
	}
}

// size returns the number of ranks: addresses including those in holes.
func (t Target) size() number {
	switch {
	case t.family == none:
		return number{}
	case t.more != nil && t.more.pattern != nil:
		return uint128.From64(t.more.pattern.size())
	}
	return t.hi.Sub(t.lo).Add64(1)
}

// unrank returns the address of a rank.
func (t Target) unrank(r number) number {
	if p := t.more.pattern; p != nil {
		return uint128.From64(p.at(r.Lo))
	}
	return t.lo.Add(r)
}

// rank returns the number of addresses below n, including those in holes.
func (t Target) rank(n number) number {
	if t.more != nil && t.more.pattern != nil {
		return uint128.From64(t.more.pattern.rank(n.Lo))
	}
	return n.Sub(t.lo)
}
