// Package permutation shuffles sequences that do not fit into memory. The i-th element
// is computed from i alone, so that a random order can be divided into shards and
// resumed at any index.
package permutation

import (
	"math/bits"

	"lukechampine.com/uint128"
)

// Rounds of the network. Four suffice for large halves (Luby and Rackoff, How to
// construct pseudorandom permutations from pseudorandom functions, SIAM J. Comput. 17,
// 1988). A half of a few bits allows few round functions, so small domains need more.
const (
	rounds      = 8
	smallRounds = 24
	smallBits   = 20
)

// Permutation is a bijection on [0, n), selected by a seed.
//
// It is an unbalanced Feistel network (Schneier and Kelsey, Unbalanced Feistel Networks
// and Block Cipher Design, FSE 1996) on the smallest power of two of at least n. Results
// outside [0, n) are permuted again (Black and Rogaway, Ciphers with Arbitrary Finite
// Domains, CT-RSA 2002, section 3). It spreads the load of a scan and is not secure.
type Permutation struct {
	last   uint128.Uint128 // n-1
	low    uint            // bits of the right half
	left   uint64          // mask of the left half
	right  uint64          // mask of the right half
	keys   [smallRounds]uint64
	rounds int
}

// New returns the permutation of [0, n) for the seed. It is the same in every version
// and on every machine. New panics if n is 0.
func New(n uint128.Uint128, seed uint64) *Permutation {
	last := n.Sub64(1)
	width := uint(last.Len())
	low := (width + 1) / 2
	p := &Permutation{
		last:   last,
		low:    low,
		left:   1<<(width-low) - 1,
		right:  1<<low - 1,
		rounds: rounds,
	}
	if width <= smallBits {
		p.rounds = smallRounds
	}
	for i := range p.keys {
		seed, p.keys[i] = splitmix(seed)
	}
	return p
}

// At returns the i-th element, for i < n.
func (p *Permutation) At(i uint128.Uint128) uint128.Uint128 {
	if p.last.Hi == 0 {
		return uint128.From64(p.At64(i.Lo))
	}
	for {
		l, r := p.mix(i.Rsh(p.low).Lo&p.left, i.Lo&p.right)
		i = uint128.From64(l).Lsh(p.low)
		i.Lo |= r
		if i.Cmp(p.last) <= 0 {
			return i
		}
	}
}

// At64 is At for n up to 2⁶⁴.
func (p *Permutation) At64(i uint64) uint64 {
	for {
		l, r := p.mix(i>>p.low, i&p.right)
		i = l<<p.low | r
		if i <= p.last.Lo {
			return i
		}
	}
}

// mix runs the network over the halves.
func (p *Permutation) mix(l, r uint64) (uint64, uint64) {
	for k := p.keys[:p.rounds]; len(k) >= 2; k = k[2:] {
		l ^= fold(r^k[0]) & p.left
		r ^= fold(l^k[1]) & p.right
	}
	return l, r
}

// fold multiplies by 2⁶⁴ divided by the golden ratio and combines the halves of the
// product, so that every bit of x affects every bit of the result.
func fold(x uint64) uint64 {
	hi, lo := bits.Mul64(x, 0x9e3779b97f4a7c15)
	return hi ^ lo
}

// splitmix is one step of SplitMix64 (Steele, Lea and Flood, Fast Splittable
// Pseudorandom Number Generators, OOPSLA 2014): the next state and its output.
func splitmix(state uint64) (next, out uint64) {
	next = state + 0x9e3779b97f4a7c15
	z := next
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return next, z ^ z>>31
}
