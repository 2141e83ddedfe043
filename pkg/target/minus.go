package target

import "sort"

// Minus returns t without the addresses in s. It searches the ranges of s once; Count,
// At and Runs of the result remain fast. A name is returned unchanged.
func (t Target) Minus(s *Set) Target {
	if t.family != v4 && t.family != v6 {
		return t
	}
	zone := ""
	if t.more != nil {
		zone = t.more.zone
	}
	spans := s.view(t.family, zone)
	first := sort.Search(len(spans), func(i int) bool { return spans[i].hi.Cmp(t.lo) >= 0 })
	end := sort.Search(len(spans), func(i int) bool { return spans[i].lo.Cmp(t.hi) > 0 })
	if first >= end {
		return t
	}
	return t.without(spans[first:end])
}

// without returns t without spans, which are sorted and disjoint.
func (t Target) without(spans []span) Target {
	ranks := make([]span, 0, len(spans))
	for _, s := range spans {
		s = span{maximum(s.lo, t.lo), minimum(s.hi, t.hi)}
		if s.lo.Cmp(s.hi) > 0 {
			continue
		}
		r := span{t.rank(s.lo), t.rank(s.hi)}
		if !t.isBase(s.hi, r.hi) {
			if r.hi.IsZero() {
				continue
			}
			r.hi = r.hi.Sub64(1)
		}
		if r.lo.Cmp(r.hi) <= 0 {
			ranks = append(ranks, r)
		}
	}
	if t.more != nil {
		ranks = merge(t.intervals(), ranks)
	}
	if len(ranks) == 0 {
		return t
	}
	d := detail{}
	if t.more != nil {
		d = *t.more
	}
	d.holes, d.gone = makeHoles(ranks)
	t.more = &d
	return t
}

// isBase reports whether n, of rank r, is an address of t or of one of its holes.
func (t Target) isBase(n, r number) bool {
	return t.more == nil || t.more.pattern == nil || r.Lo < t.more.pattern.size() && t.unrank(r) == n
}

// makeHoles converts ranges of ranks to holes.
func makeHoles(ranks []span) (holes []hole, gone number) {
	holes = make([]hole, len(ranks))
	for i, r := range ranks {
		holes[i].at = r.lo.Sub(gone)
		gone = gone.Add(r.hi.Sub(r.lo)).Add64(1)
		holes[i].skip = gone
	}
	return holes, gone
}

// intervals returns the ranks in the holes.
func (t Target) intervals() []span {
	spans := make([]span, len(t.more.holes))
	for j := range spans {
		spans[j] = t.hole(j)
	}
	return spans
}
