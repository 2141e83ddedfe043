package syn

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// referenceSipHash is SipHash-2-4 as the paper defines it, for any number of bytes.
func referenceSipHash(k key, b []byte) uint64 {
	s := sipState{
		k.k0 ^ 0x736f6d6570736575, k.k1 ^ 0x646f72616e646f6d,
		k.k0 ^ 0x6c7967656e657261, k.k1 ^ 0x7465646279746573,
	}
	size := len(b)
	for ; len(b) >= 8; b = b[8:] {
		s.absorb(binary.LittleEndian.Uint64(b))
	}
	var last [8]byte
	copy(last[:], b)
	last[7] = byte(size)
	s.absorb(binary.LittleEndian.Uint64(last[:]))
	return s.finish()
}

func TestCookieIsSipHashOfTheEndpoint(t *testing.T) {
	k := key{0x0706050403020100, 0x0f0e0d0c0b0a0908}
	// Appendix A of the paper.
	if got := referenceSipHash(k, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}); got != 0xa129ca6149be45e5 {
		t.Fatalf("%#x", got)
	}
	for range 1000 {
		var ip [16]byte
		binary.LittleEndian.PutUint64(ip[:], rand.Uint64())
		binary.LittleEndian.PutUint64(ip[8:], rand.Uint64())
		port, scope := uint16(rand.Uint32()), rand.Uint32()
		b := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint16(ip[:], port), scope)
		if got, want := k.cookie(ip, port, scope), referenceSipHash(k, b); got != cookie(want) {
			t.Fatalf("%x: %#x, want %#x", b, got, want)
		}
	}
}

func TestCookieAcceptsOnlyTheNextNumber(t *testing.T) {
	c := cookie(0x1234_5678_ffff_ffff)
	if !c.acknowledged(0) || c.acknowledged(0xffff_ffff) || c.acknowledged(1) {
		t.Error("the acknowledgment is not the sequence number plus one, modulo 2³²")
	}
	if !c.quoted(0xffff_ffff) || c.quoted(0) {
		t.Error("the quoted number is not the sequence number")
	}
}
