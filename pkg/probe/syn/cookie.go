package syn

import (
	"encoding/binary"
	"math/bits"
)

// A cookie is the keyed hash of an endpoint. Its low half is the sequence number of
// the SYNs to it, which a reply has to contain: a sender who has not seen the SYN
// guesses it once in 2³² packets.
type cookie uint64

// seq returns the sequence number of a SYN.
func (c cookie) seq() uint32 { return uint32(c) }

// acknowledged reports whether a segment with that acknowledgment number replies to
// the SYN (RFC 9293 section 3.4).
func (c cookie) acknowledged(ack uint32) bool { return ack == c.seq()+1 }

// quoted reports whether an ICMP error that quotes that sequence number is about the
// SYN.
func (c cookie) quoted(seq uint32) bool { return seq == c.seq() }

// cookie returns the cookie of an endpoint. scope is the index of the link of a
// link-local address, else 0.
func (k key) cookie(ip [16]byte, port uint16, scope uint32) cookie {
	m0, m1 := binary.LittleEndian.Uint64(ip[:8]), binary.LittleEndian.Uint64(ip[8:])
	return cookie(k.sipHash(m0, m1, uint64(port)|uint64(scope)<<16, len(ip)+6))
}

// key is a worker's secret.
type key struct{ k0, k1 uint64 }

// sipHash returns SipHash-2-4 (Aumasson and Bernstein, 2012) of two words and up to
// seven bytes, which are the low bytes of tail. size is the length of all in bytes.
func (k key) sipHash(m0, m1, tail uint64, size int) uint64 {
	s := sipState{
		k.k0 ^ 0x736f6d6570736575, k.k1 ^ 0x646f72616e646f6d,
		k.k0 ^ 0x6c7967656e657261, k.k1 ^ 0x7465646279746573,
	}
	s.absorb(m0)
	s.absorb(m1)
	s.absorb(tail | uint64(size)<<56)
	return s.finish()
}

// sipState is the internal state of SipHash.
type sipState [4]uint64

func (s *sipState) absorb(m uint64) {
	s[3] ^= m
	s.round()
	s.round()
	s[0] ^= m
}

func (s *sipState) finish() uint64 {
	s[2] ^= 0xff
	for range 4 {
		s.round()
	}
	return s[0] ^ s[1] ^ s[2] ^ s[3]
}

func (s *sipState) round() {
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
	*s = sipState{v0, v1, v2, v3}
}
