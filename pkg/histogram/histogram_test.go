package histogram

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestBucketsAreNarrow(t *testing.T) {
	want := []int64{1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40}
	for i, upper := range want {
		if got := Upper(uint8(i)); got != upper {
			t.Errorf("bucket %d ends at %d, want %d", i, got, upper)
		}
	}
	before := int64(0)
	for b := range Buckets {
		upper := Upper(uint8(b))
		if BucketOf(before+1) != uint8(b) || BucketOf(upper) != uint8(b) {
			t.Errorf("%d and %d are in buckets %d and %d, want %d", before+1, upper, BucketOf(before+1), BucketOf(upper), b)
		}
		if b >= 4 && (upper-before)*4 > before {
			t.Errorf("bucket %d is from %d to %d: too wide", b, before, upper)
		}
		before = upper
	}
	if last := time.Duration(before) * time.Microsecond; last < 3*24*time.Hour {
		t.Errorf("the last bucket ends at %v", last)
	}
	for _, us := range []int64{before + 1, math.MaxInt64} {
		if got := BucketOf(us); got != Buckets-1 {
			t.Errorf("%d is in bucket %d", us, got)
		}
	}
	if BucketOf(0) != 0 || BucketOf(-1) != 0 {
		t.Error("0 and less are not in the first bucket")
	}
}

// random returns durations from nanoseconds to hours.
func random(rnd *rand.Rand, n int) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = time.Duration(math.Exp(rnd.Float64() * 30))
	}
	return all
}

func of(all []time.Duration) *Histogram {
	h := new(Histogram)
	for _, d := range all {
		h.Add(d)
	}
	return h
}

func TestSumOfPartsIsTheWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		all := random(rnd, rnd.IntN(300))
		whole := of(all)
		rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var parts []*Histogram
		for len(all) > 0 {
			n := 1 + rnd.IntN(len(all))
			parts, all = append(parts, of(all[:n]), new(Histogram)), all[n:]
		}
		for len(parts) > 1 {
			i := rnd.IntN(len(parts) - 1)
			parts[i].Merge(parts[i+1])
			parts = slices.Delete(parts, i+1, i+2)
		}
		if len(parts) == 1 && !cmp.Equal(parts[0], whole) {
			rt.Fatalf("the parts give %v, the whole %v", parts[0], whole)
		}
	})
}

func TestQuantilesAreWithinABucket(t *testing.T) {
	all := random(rand.New(rand.NewPCG(2, 2)), 5000)
	h := of(all)
	slices.Sort(all)
	for _, q := range []float64{0, 0.01, 0.25, 0.5, 0.9, 0.99, 1} {
		exact := float64(all[min(int(q*5000), 4999)]) / 1000
		if got := h.Quantile(q); math.Abs(got-exact) > 1+exact/4 {
			t.Errorf("quantile %g is %g, want about %g", q, got, exact)
		}
	}
	one := of([]time.Duration{1234 * time.Microsecond})
	for _, q := range []float64{0, 0.5, 1} {
		if got := one.Quantile(q); got != 1234 {
			t.Errorf("quantile %g of one value is %g", q, got)
		}
	}
	empty := new(Histogram)
	if empty.Quantile(0.5) != 0 || empty.Mean() != 0 || empty.Count() != 0 {
		t.Error("an empty histogram is not 0")
	}
}

func TestSumsDoNotOverflow(t *testing.T) {
	huge := &Histogram{Sum: math.MaxInt64 - 1, Min: 5, Max: 9, Bins: []Bin{{4, math.MaxInt64 - 1}, {9, 7}}}
	h := new(Histogram)
	for range 3 {
		h.Merge(huge)
	}
	if h.Sum != math.MaxInt64 || h.Bins[0].Count != math.MaxInt64 || h.Count() != math.MaxInt64 {
		t.Errorf("%v", h)
	}
}

func BenchmarkAdd(b *testing.B) {
	all := random(rand.New(rand.NewPCG(1, 1)), 1024)
	h := new(Histogram)
	for i := 0; b.Loop(); i++ {
		h.Add(all[i&1023])
	}
}
