package permutation

import (
	"fmt"
	"math"
	"math/bits"
	"testing"

	"lukechampine.com/uint128"
	"pgregory.net/rapid"
)

func TestEachIndexOccursOnce(t *testing.T) {
	sizes := []uint64{65535, 65536, 65537, 100003}
	for n := uint64(1); n <= 300; n++ {
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		for seed := range uint64(5) {
			p := New(uint128.From64(n), seed)
			seen := make([]bool, n)
			for i := range n {
				v := p.At64(i)
				if v >= n || seen[v] {
					t.Fatalf("n %d seed %d: At64(%d) = %d, outside or twice", n, seed, i, v)
				}
				seen[v] = true
				if w := p.At(uint128.From64(i)); w != uint128.From64(v) {
					t.Fatalf("n %d seed %d: At(%d) = %v, At64 %d", n, seed, i, w, v)
				}
			}
		}
	}
}

// TestWideElementsAreDistinct samples domains that are too large to enumerate.
func TestWideElementsAreDistinct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := uint128.New(rapid.Uint64().Draw(t, "lo"), rapid.Uint64Min(1).Draw(t, "hi"))
		p := New(n, rapid.Uint64().Draw(t, "seed"))
		start := uint128.New(rapid.Uint64().Draw(t, "at.lo"), rapid.Uint64().Draw(t, "at.hi")).Mod(n)
		seen := map[uint128.Uint128]bool{}
		for i := range uint64(200) {
			v := p.At(start.AddWrap64(i).Mod(n))
			if v.Cmp(n) >= 0 || seen[v] {
				t.Fatalf("At(%v+%d) = %v, outside %v or twice", start, i, v, n)
			}
			seen[v] = true
		}
	})
}

func TestSeedsGiveDifferentOrders(t *testing.T) {
	n := uint128.From64(1 << 40)
	for seed := range uint64(100) {
		a, b := New(n, seed), New(n, seed+1)
		same := 0
		for i := range uint64(100) {
			if a.At64(i) == b.At64(i) {
				same++
			}
		}
		if same > 1 {
			t.Errorf("seeds %d and %d agree on %d of 100", seed, seed+1, same)
		}
	}
}

// chiSquare fails if counts are six standard deviations from uniform (the statistic has
// mean df and variance 2 df).
func chiSquare(t *testing.T, what string, counts []int) {
	t.Helper()
	total := 0
	for _, c := range counts {
		total += c
	}
	want, sum := float64(total)/float64(len(counts)), 0.0
	for _, c := range counts {
		sum += (float64(c) - want) * (float64(c) - want) / want
	}
	df := float64(len(counts) - 1)
	if z := (sum - df) / math.Sqrt(2*df); z > 6 {
		t.Errorf("%s: chi-square %.1f for %v degrees of freedom, %.1f deviations off", what, sum, df, z)
	}
}

// TestPositionsAreUniform: over many seeds, every element is equally likely at every
// position and after every other.
func TestPositionsAreUniform(t *testing.T) {
	for _, n := range []uint64{2, 3, 5, 7, 8, 10, 13, 16, 20, 33, 64, 100} {
		place, step := make([]int, n*n), make([]int, n)
		for seed := range uint64(4000) {
			p := New(uint128.From64(n), seed)
			for i := range n {
				v := p.At64(i)
				place[i*n+v]++
				step[(p.At64((i+1)%n)+n-v)%n]++
			}
		}
		chiSquare(t, fmt.Sprintf("positions of %d", n), place)
		if n > 3 {
			chiSquare(t, fmt.Sprintf("steps of %d", n), step[1:])
		}
	}
}

// TestNeighborsAreFarApart: the top bits of elements and of the differences of
// neighbors are uniform, and half of the bits change.
func TestNeighborsAreFarApart(t *testing.T) {
	for _, n := range []uint64{1 << 21, 1<<40 - 1<<24, 1<<24*65535 + 1, 1<<63 + 12345} {
		p := New(uint128.From64(n), 7)
		scale := n/64 + 1
		place, step, flips := make([]int, 64), make([]int, 64), 0
		const count = 200000
		prev := p.At64(0)
		for i := uint64(1); i <= count; i++ {
			v := p.At64(i)
			place[v/scale]++
			step[((v+n-prev)%n)/scale]++
			flips += bits.OnesCount64(v ^ prev)
			prev = v
		}
		chiSquare(t, fmt.Sprintf("places in %d", n), place)
		chiSquare(t, fmt.Sprintf("steps in %d", n), step)
		if got, want := float64(flips)/count, float64(bits.Len64(n-1))/2; math.Abs(got-want) > 0.6 {
			t.Errorf("n %d: %.2f bits change from one to the next, want about %.1f", n, got, want)
		}
	}
}

// TestOrderNeverChanges: a later version may resume the scan, or run another shard.
func TestOrderNeverChanges(t *testing.T) {
	for _, c := range []struct {
		n    uint128.Uint128
		seed uint64
		want string
	}{
		{uint128.From64(10), 1, "5 1 2 "},
		{uint128.From64(1 << 40), 42, "315181905228 436545865611 556365207807 "},
		{uint128.New(5, 1<<40), 42, "1694007070580103700656180838471 11479390275999474621181899214142 6200591901009038104306567112908 "},
	} {
		p, got := New(c.n, c.seed), ""
		for i := range uint64(3) {
			got += p.At(uint128.From64(i)).String() + " "
		}
		if got != c.want {
			t.Errorf("n %v seed %d begins %q, want %q", c.n, c.seed, got, c.want)
		}
	}
}

func BenchmarkAt64(b *testing.B) {
	p := New(uint128.From64(1<<24*65535), 1)
	var sum, i uint64
	for b.Loop() {
		sum ^= p.At64(i)
		i++
	}
	sink = sum
}

func BenchmarkAt(b *testing.B) {
	p := New(uint128.New(0, 1<<16), 1)
	var sum uint128.Uint128
	var i uint64
	for b.Loop() {
		sum = sum.Xor(p.At(uint128.From64(i)))
		i++
	}
	sink = sum.Lo
}

var sink uint64
