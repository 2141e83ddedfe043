package portgen

import "lukechampine.com/uint128"

// window selects records of a sequence: those of the shard, without the skipped ones,
// up to the limit. It sees the sequence once, in ranges.
type window struct {
	next    number // index of the next selected record
	step    uint64 // distance of selected records
	left    number // number of records still to select
	endless bool   // no limit
	none    bool   // next exceeds 128 bits
	seen    number // number of records so far
	some    bool   // a record was selected
}

func newWindow(s shard, skip, limit count) window {
	w := window{step: max(s.n, 1), left: limit.n, endless: !limit.set}
	offset, ok1 := times(skip.n, w.step)
	next, ok2 := plus(offset, num(max(s.i, 1)-1))
	w.next, w.none = next, !ok1 || !ok2
	return w
}

// done reports whether no further record can be selected.
func (w *window) done() bool { return w.none || !w.endless && w.left.IsZero() }

// pick selects from the next size records. It returns the index of the first selected
// one and their number; they are step apart.
func (w *window) pick(size number) (off, n number) {
	base := w.seen
	w.seen, _ = plus(base, size)
	if w.done() || w.next.Cmp(w.seen) >= 0 {
		return off, n
	}
	w.some = true
	off = w.next.Sub(base)
	n = size.Sub64(1).Sub(off).Div64(w.step)
	if n != uint128.Max {
		n = n.Add64(1)
	}
	if !w.endless {
		if n.Cmp(w.left) > 0 {
			n = w.left
		}
		w.left = w.left.Sub(n)
	}
	advance, ok1 := times(n, w.step)
	next, ok2 := plus(w.next, advance)
	w.next, w.none = next, !ok1 || !ok2
	return off, n
}

// size returns the number of records of shard s so far.
func (w *window) size(s shard) number {
	before := num(max(s.i, 1) - 1)
	if w.seen.Cmp(before) <= 0 {
		return number{}
	}
	return w.seen.Sub(before).Sub64(1).Div64(w.step).Add64(1)
}
