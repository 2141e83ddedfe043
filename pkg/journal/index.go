package journal

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"net/netip"
	"slices"

	"portkit/pkg/endpoint"
)

// index counts the results that a journal holds of each endpoint. It keeps 12
// bytes for every 32 neighbouring ports of a host of which at least one is
// there: a 64-bit hash of where they are, and a bit each. The hash is keyed
// anew for every run, so that two places that are taken for one, which among a
// million have a chance of 1 in 37 million, are others the next time.
type index struct {
	seed   maphash.Seed
	shards [256]shard
	more   map[bit]uint32 // results of an endpoint beyond the first
}

// shard is the blocks whose hash begins with one byte: so little is copied when
// one grows.
type shard struct {
	hashes []uint64 // ascending, each once
	ports  []uint32 // a bit for each port of the block
	tail   []block  // not sorted in yet
}

type block struct {
	hash  uint64
	ports uint32
}

// bit is one port of a block.
type bit struct {
	hash uint64
	at   uint8
}

const blockPorts = 32

func newIndex() *index {
	return &index{seed: maphash.MakeSeed(), more: map[bit]uint32{}}
}

// place hashes a host, with an address where that has to be right too, and a
// protocol.
func (x *index) place(host []byte, ip netip.Addr, p endpoint.Proto) uint64 {
	var h maphash.Hash
	h.SetSeed(x.seed)
	var n [9]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(host)))
	n[8] = byte(p)
	h.Write(n[:])
	h.Write(host)
	if ip.IsValid() {
		a := ip.As16()
		h.Write(a[:])
		h.WriteString(ip.Zone())
	}
	return h.Sum64()
}

// at is where a port of a place is.
func at(place uint64, port uint16) bit {
	hi, lo := bits.Mul64(place^uint64(port/blockPorts)*0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return bit{hash: hi ^ lo ^ place, at: uint8(port % blockPorts)}
}

// add counts one result.
func (x *index) add(b bit) {
	s := &x.shards[b.hash>>56]
	if n := len(s.tail); n > 0 && s.tail[n-1].hash == b.hash && s.tail[n-1].ports&(1<<b.at) == 0 {
		s.tail[n-1].ports |= 1 << b.at
		return
	}
	s.tail = append(s.tail, block{b.hash, 1 << b.at})
	if len(s.tail) >= max(64, len(s.hashes)/16) {
		x.merge(s)
	}
}

// seal sorts in what was added: count and take may be called then.
func (x *index) seal() {
	for i := range x.shards {
		x.merge(&x.shards[i])
		x.shards[i].tail = nil
	}
}

// merge sorts a shard's tail in.
func (x *index) merge(s *shard) {
	if len(s.tail) == 0 {
		return
	}
	slices.SortFunc(s.tail, func(a, b block) int { return cmp.Compare(a.hash, b.hash) })
	last := uint64(0)
	fresh := 0
	i := 0
	for n, b := range s.tail {
		for i < len(s.hashes) && s.hashes[i] < b.hash {
			i++
		}
		if (i == len(s.hashes) || s.hashes[i] != b.hash) && (n == 0 || b.hash != last) {
			fresh++
		}
		last = b.hash
	}
	hashes := make([]uint64, 0, len(s.hashes)+fresh)
	ports := make([]uint32, 0, len(s.hashes)+fresh)
	i = 0
	for _, b := range s.tail {
		for i < len(s.hashes) && s.hashes[i] <= b.hash {
			hashes, ports = append(hashes, s.hashes[i]), append(ports, s.ports[i])
			i++
		}
		if n := len(hashes); n > 0 && hashes[n-1] == b.hash {
			x.again(b.hash, ports[n-1]&b.ports)
			ports[n-1] |= b.ports
			continue
		}
		hashes, ports = append(hashes, b.hash), append(ports, b.ports)
	}
	s.hashes, s.ports = append(hashes, s.hashes[i:]...), append(ports, s.ports[i:]...)
	s.tail = s.tail[:0]
}

// again counts further results of ports that have one.
func (x *index) again(hash uint64, ports uint32) {
	for ; ports != 0; ports &= ports - 1 {
		x.more[bit{hash, uint8(bits.TrailingZeros32(ports))}]++
	}
}

// take uses up one result; false if none is left.
func (x *index) take(b bit) bool {
	if n := x.more[b]; n > 0 {
		if n == 1 {
			delete(x.more, b)
		} else {
			x.more[b] = n - 1
		}
		return true
	}
	s := &x.shards[b.hash>>56]
	i, ok := slices.BinarySearch(s.hashes, b.hash)
	if !ok || s.ports[i]&(1<<b.at) == 0 {
		return false
	}
	s.ports[i] &^= 1 << b.at
	return true
}
