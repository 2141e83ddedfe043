package syn

import (
	"encoding/binary"
	"math/bits"
)

// key is the secret of a worker.
type key struct{ k0, k1 uint64 }

// sip is SipHash-2-4 (Aumasson and Bernstein, 2012) of two words and up to seven
// bytes behind them, which stand in the low bytes of tail; size is that of all.
// Who does not know the key cannot tell one value from others that he has seen.
func (k key) sip(m0, m1, tail uint64, size int) uint64 {
	s := state{
		k.k0 ^ 0x736f6d6570736575, k.k1 ^ 0x646f72616e646f6d,
		k.k0 ^ 0x6c7967656e657261, k.k1 ^ 0x7465646279746573,
	}
	s.absorb(m0)
	s.absorb(m1)
	s.absorb(tail | uint64(size)<<56)
	s[2] ^= 0xff
	for range 4 {
		s.round()
	}
	return s[0] ^ s[1] ^ s[2] ^ s[3]
}

// state is SipHash's.
type state [4]uint64

func (s *state) absorb(m uint64) {
	s[3] ^= m
	s.round()
	s.round()
	s[0] ^= m
}

func (s *state) round() {
	v0, v1, v2, v3 := s[0], s[1], s[2], s[3]
	v0 += v1
	v2 += v3
	v1 = bits.RotateLeft64(v1, 13) ^ v0
	v3 = bits.RotateLeft64(v3, 16) ^ v2
	v0 = bits.RotateLeft64(v0, 32) + v3
	v2 += v1
	v3 = bits.RotateLeft64(v3, 21) ^ v0
	v1 = bits.RotateLeft64(v1, 17) ^ v2
	v2 = bits.RotateLeft64(v2, 32)
	*s = state{v0, v1, v2, v3}
}

// of is the hash of an endpoint: its address, its port and, where the address is
// local to a link, that link's index.
func (k key) of(ip [16]byte, port uint16, scope uint32) uint64 {
	m0, m1 := binary.LittleEndian.Uint64(ip[:8]), binary.LittleEndian.Uint64(ip[8:])
	return k.sip(m0, m1, uint64(port)|uint64(scope)<<16, len(ip)+6)
}
