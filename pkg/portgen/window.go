package portgen

import "lukechampine.com/uint128"

// window is which records of the whole sequence are wanted: those of the
// shard, less the skipped ones, up to the limit. It goes through the sequence
// once, a stretch at a time.
type window struct {
	next    number // index of the next wanted record
	step    uint64 // from one to the next
	left    number // how many are still wanted
	endless bool   // no limit
	none    bool   // next is past all indices there can be
	seen    number // records in the stretches so far
	some    bool   // one of them was wanted
}

func newWindow(s shard, skip, limit count) window {
	w := window{step: max(s.n, 1), left: limit.n, endless: !limit.set}
	offset, ok1 := times(skip.n, w.step)
	next, ok2 := plus(offset, num(max(s.i, 1)-1))
	w.next, w.none = next, !ok1 || !ok2
	return w
}

// done reports that nothing more is wanted, whatever comes.
func (w *window) done() bool { return w.none || !w.endless && w.left.IsZero() }

// take goes over the next size records and returns how many of them are
// wanted, the first at off and then every step-th.
func (w *window) take(size number) (off, n number) {
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

// size returns how many of the records so far are in shard s.
func (w *window) size(s shard) number {
	before := num(max(s.i, 1) - 1)
	if w.seen.Cmp(before) <= 0 {
		return number{}
	}
	return w.seen.Sub(before).Sub64(1).Div64(w.step).Add64(1)
}
