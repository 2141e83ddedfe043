package syn

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// plainSip is SipHash-2-4 as the paper writes it, for any bytes.
func plainSip(k key, b []byte) uint64 {
	s := state{
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
	s[2] ^= 0xff
	for range 4 {
		s.round()
	}
	return s[0] ^ s[1] ^ s[2] ^ s[3]
}

func TestSipHash(t *testing.T) {
	k := key{0x0706050403020100, 0x0f0e0d0c0b0a0908}
	// Appendix A of the paper.
	if got := plainSip(k, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}); got != 0xa129ca6149be45e5 {
		t.Fatalf("%#x", got)
	}
	for range 1000 {
		var ip [16]byte
		binary.LittleEndian.PutUint64(ip[:], rand.Uint64())
		binary.LittleEndian.PutUint64(ip[8:], rand.Uint64())
		port, scope := uint16(rand.Uint32()), rand.Uint32()
		b := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint16(ip[:], port), scope)
		if got, want := k.of(ip, port, scope), plainSip(k, b); got != want {
			t.Fatalf("%x: %#x, want %#x", b, got, want)
		}
	}
}
