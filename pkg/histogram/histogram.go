// Package histogram counts durations. The histogram of a whole is exactly the sum of
// the histograms of its parts, in any order, because it contains only integers.
//
// The buckets are fixed, four for each power of two, so that none is wider than a
// quarter of its lower bound: 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20 … µs, up to
// three days.
package histogram

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"time"
)

// Histogram is durations in microseconds. The zero value is empty. Sums stay at
// math.MaxInt64 instead of overflowing.
type Histogram struct {
	Sum, Min, Max int64 // of the exact values; 0 if there are none
	Bins          []Bin // ascending, none empty
}

// Bin is the number of values in a bucket.
type Bin struct {
	Bucket uint8
	Count  int64
}

// Buckets is the number of buckets.
const Buckets = 148

// BucketOf returns the bucket of a number of microseconds. The last bucket has no
// upper bound.
func BucketOf(us int64) uint8 {
	if us <= 4 {
		return uint8(max(us-1, 0))
	}
	below := uint64(us - 1) // an upper bound is in its bucket
	power := bits.Len64(below) - 1
	return uint8(min((power-1)<<2|int(below>>(power-2)&3), Buckets-1))
}

// Upper returns the upper bound of a bucket in microseconds.
func Upper(bucket uint8) int64 {
	if bucket < 4 {
		return int64(bucket) + 1
	}
	return int64(4+bucket&3+1) << (bucket>>2 - 1)
}

// Add counts a duration, rounded to the microsecond.
func (h *Histogram) Add(d time.Duration) {
	us := int64((d + time.Microsecond/2) / time.Microsecond)
	one := [1]Bin{{BucketOf(us), 1}}
	h.Merge(&Histogram{Sum: us, Min: us, Max: us, Bins: one[:]})
}

// Merge adds another histogram. It keeps no part of it.
func (h *Histogram) Merge(other *Histogram) {
	if len(other.Bins) == 0 {
		return
	}
	if len(h.Bins) == 0 {
		h.Min, h.Max = other.Min, other.Max
	}
	h.Min, h.Max = min(h.Min, other.Min), max(h.Max, other.Max)
	h.Sum = plus(h.Sum, other.Sum)
	for _, b := range other.Bins {
		i, found := slices.BinarySearchFunc(h.Bins, b.Bucket, func(b Bin, bucket uint8) int { return cmp.Compare(b.Bucket, bucket) })
		if !found {
			h.Bins = slices.Insert(h.Bins, i, Bin{Bucket: b.Bucket})
		}
		h.Bins[i].Count = plus(h.Bins[i].Count, b.Count)
	}
}

// plus adds numbers that are not negative, up to math.MaxInt64.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// Count returns the number of values.
func (h *Histogram) Count() (n int64) {
	for _, b := range h.Bins {
		n = plus(n, b.Count)
	}
	return n
}

// Mean returns the mean in microseconds, 0 if there are no values.
func (h *Histogram) Mean() float64 {
	return float64(h.Sum) / float64(max(h.Count(), 1))
}

// Quantile returns the approximate quantile q (0 to 1) in microseconds, as if values
// were distributed evenly within a bucket. It is 0 if there are no values.
func (h *Histogram) Quantile(q float64) float64 {
	rank := q * float64(h.Count())
	for _, b := range h.Bins {
		n := float64(b.Count)
		if rank > n {
			rank -= n
			continue
		}
		from, to := float64(0), float64(Upper(b.Bucket))
		if b.Bucket > 0 {
			from = float64(Upper(b.Bucket - 1))
		}
		from, to = max(from, float64(h.Min)), min(to, float64(h.Max))
		return from + max(to-from, 0)*rank/n
	}
	return float64(h.Max)
}
