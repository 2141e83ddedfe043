package probe

import "math/bits"

// A tick of the wheel is 2^20 ns, about a millisecond, and a turn 4.3 s. A timer that
// is due later than that stays in its bucket for another turn.
const (
	tickBits = 20
	buckets  = 4096
)

// wheel is a hashed timing wheel (Varghese and Lauck, 1987): adding and removing a
// timer takes constant time. Most timers never expire, because a reply comes first.
type wheel struct {
	heads  [buckets]link
	filled [buckets / 64]uint64 // bits of the buckets that may hold a timer
	cursor int64                // all earlier ticks have been visited
	due    link                 // timers of the bucket being visited
	n      int
}

func newWheel(now Time) *wheel {
	w := &wheel{cursor: int64(now) >> tickBits}
	for i := range w.heads {
		w.heads[i].reset()
	}
	return w
}

// add starts j's timer. j must be on no list.
func (w *wheel) add(j *Job, due Time) {
	j.due = due
	tick := max(int64(due)>>tickBits, w.cursor)
	b := tick & (buckets - 1)
	w.heads[b].pushBack(j)
	w.filled[b/64] |= 1 << (b % 64)
	w.n++
}

// remove stops j's timer, which must be running.
func (w *wheel) remove(j *Job) {
	j.unlink()
	w.n--
}

// next returns when expire may find an expired timer; Never if there is no timer. It
// may be early by a turn for timers that are further away than one.
func (w *wheel) next() Time {
	if w.n == 0 {
		return Never
	}
	for d := int64(0); d < buckets; {
		b := (w.cursor + d) & (buckets - 1)
		rest := w.filled[b/64] >> (b % 64)
		if rest == 0 {
			d += 64 - b%64
			continue
		}
		d += int64(bits.TrailingZeros64(rest))
		if d >= buckets {
			break
		}
		b = (w.cursor + d) & (buckets - 1)
		if !w.heads[b].empty() {
			return Time((w.cursor + d + 1) << tickBits)
		}
		w.filled[b/64] &^= 1 << (b % 64)
	}
	return Time((w.cursor + buckets) << tickBits)
}

// expire calls expired for every job whose timer expired before the tick of now, in the
// order of ticks. The timer is then stopped, and expired may add timers.
func (w *wheel) expire(now Time, expired func(*Job)) {
	end := int64(now) >> tickBits
	if end-w.cursor > buckets {
		w.cursor = end - buckets
	}
	for w.cursor < end && w.n > 0 {
		at := w.next()
		if at > now {
			break
		}
		w.cursor = int64(at)>>tickBits - 1
		b := w.cursor & (buckets - 1)
		w.filled[b/64] &^= 1 << (b % 64)
		w.cursor++
		w.visit(&w.heads[b], now, expired)
	}
	w.cursor = max(w.cursor, end)
}

// visit handles the timers of one bucket. Those that are not due stay another turn.
func (w *wheel) visit(head *link, now Time, expired func(*Job)) {
	due := &w.due
	due.reset()
	for !head.empty() {
		j := head.next.job
		j.unlink()
		due.pushBack(j)
	}
	for !due.empty() {
		j := due.next.job
		j.unlink()
		w.n--
		if j.due > now {
			w.add(j, j.due)
			continue
		}
		expired(j)
	}
}
