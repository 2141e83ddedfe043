package probe

import "math/bits"

// A tick of the wheel is 2^20 ns, about a millisecond; a turn is 4.3 s. What
// is due later than a turn from now stays in its bucket for another turn.
const (
	tickBits = 20
	buckets  = 4096
)

// wheel is a hashed timing wheel (Varghese and Lauck, 1987): adding and
// removing a timer takes constant time, whatever their number. Most timers
// here never run out, because an answer comes first.
type wheel struct {
	heads  [buckets]link
	filled [buckets / 64]uint64 // which buckets may hold something
	cursor int64                // every tick before it has been visited
	due    link                 // of the bucket that is visited
	n      int
}

func newWheel(now Time) *wheel {
	w := &wheel{cursor: int64(now) >> tickBits}
	for i := range w.heads {
		w.heads[i].reset()
	}
	return w
}

// add sets j's timer to due. j must be on no list.
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

// next is when expire may find something; Never when no timer runs. It can be
// early by a turn for timers that are further away than one.
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

// expire calls ring for every job whose time came before the tick that now
// lies in, in the order of ticks. The job's timer has stopped when it is
// called, and it may add timers again.
func (w *wheel) expire(now Time, ring func(*Job)) {
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
		w.visit(&w.heads[b], now, ring)
	}
	w.cursor = max(w.cursor, end)
}

// visit empties one bucket: what is due rings, the rest goes another turn.
func (w *wheel) visit(head *link, now Time, ring func(*Job)) {
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
		ring(j)
	}
}
