// Package order shuffles index spaces too large to hold: a Permutation
// computes its i-th element from i alone, in constant memory, so that a
// random order can be cut into shards and resumed anywhere.
package order

import (
	"math/bits"

	"lukechampine.com/uint128"
)

// Rounds of the network. Luby and Rackoff (How to construct pseudorandom
// permutations from pseudorandom functions, SIAM J. Comput. 17, 1988) need
// four; halves of a few bits leave so few functions to choose from in each
// round that small domains take more rounds to look shuffled.
const (
	rounds      = 8
	smallRounds = 24
	smallBits   = 20
)

// Permutation is a bijection on [0, n) that a seed picks.
//
// It is an unbalanced Feistel network (Schneier and Kelsey, Unbalanced Feistel
// Networks and Block Cipher Design, FSE 1996) on the smallest power of two
// that holds n, at most twice n, with cycle walking for what falls outside
// (Black and Rogaway, Ciphers with Arbitrary Finite Domains, CT-RSA 2002,
// section 3). The round function is a 64 by 64 bit product with its halves
// folded together. It spreads the load of a scan; it is no cipher.
type Permutation struct {
	last   uint128.Uint128 // n-1
	low    uint            // bits of the right half
	left   uint64          // mask of the left half
	right  uint64          // mask of the right half
	keys   [smallRounds]uint64
	rounds int
}

// New returns the permutation of [0, n) for the seed. The same n and seed
// give the same permutation in every version and on every machine. New panics
// when n is 0.
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

// At returns the i-th element. i must be below n.
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

// At64 is At for n up to 2^64.
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

// fold multiplies by 2^64 over the golden ratio and adds the product's
// halves without carry, so that every bit of x reaches every bit of the sum.
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
