package resumefile

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"net/netip"
	"slices"

	"portkit/pkg/endpoint"
)

// index counts the results of each endpoint. It uses 15 bytes per block of 32
// neighboring ports of a host and address that has a result: a 64-bit hash of
// host, protocol and block, 24 bits of a hash of the address, and one bit per
// port. Every run has its own hash key, so that a collision, which has a
// probability of 1 in 37 million among a million blocks, does not recur.
type index struct {
	seed   maphash.Seed
	shards [1 << shardBits]shard
	more   map[bit]uint32 // further results of an endpoint
}

// shard holds the blocks whose hashes begin with the same bits, so that little is
// copied when it grows.
type shard struct {
	blocks []block // sorted, without duplicates
	tail   []block // still to be merged
}

const shardBits = 6

func (x *index) shard(s spot) *shard { return &x.shards[s.hash>>(64-shardBits)] }

// block is a spot in 11 bytes and its ports in 4, without padding.
type block [15]byte

func newBlock(s spot, ports uint32) (b block) {
	binary.LittleEndian.PutUint64(b[:], s.hash)
	binary.LittleEndian.PutUint32(b[7:], s.addr<<8|uint32(b[7]))
	b.setPorts(ports)
	return b
}

func (b *block) spot() spot {
	return spot{binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint32(b[7:]) >> 8}
}

func (b *block) ports() uint32 { return binary.LittleEndian.Uint32(b[11:]) }

func (b *block) setPorts(ports uint32) { binary.LittleEndian.PutUint32(b[11:], ports) }

// spot identifies a block of ports.
type spot struct {
	hash uint64 // of the host, the protocol and the block's first port
	addr uint32 // 24 bits of the hash of the address; 0: the host is the address
}

// bit is one port of a block.
type bit struct {
	spot
	at uint8
}

const blockPorts = 32

func newIndex() *index {
	return &index{seed: maphash.MakeSeed(), more: map[bit]uint32{}}
}

// place returns the place of an endpoint. addr is the zero Addr if the host is the
// address.
func (x *index) place(host []byte, addr netip.Addr, port uint16, p endpoint.Proto) bit {
	var h maphash.Hash
	h.SetSeed(x.seed)
	var n [3]byte
	binary.LittleEndian.PutUint16(n[:], port/blockPorts)
	n[2] = byte(p)
	h.Write(n[:])
	h.Write(host)
	b := bit{spot{hash: h.Sum64()}, uint8(port % blockPorts)}
	if addr.IsValid() {
		b.addr = uint32(maphash.Comparable(x.seed, addr))>>8 | 1
	}
	return b
}

// add counts one result.
func (x *index) add(b bit) {
	s := x.shard(b.spot)
	if n := len(s.tail); n > 0 {
		last := &s.tail[n-1]
		if last.spot() == b.spot && last.ports()&(1<<b.at) == 0 {
			last.setPorts(last.ports() | 1<<b.at)
			return
		}
	}
	s.tail = append(s.tail, newBlock(b.spot, 1<<b.at))
	if len(s.tail) >= max(64, len(s.blocks)/16) {
		x.merge(s)
	}
}

// seal merges what was added. It must be called between add and take.
func (x *index) seal() {
	for i := range x.shards {
		x.merge(&x.shards[i])
		x.shards[i].tail = nil
	}
}

func (s spot) compare(t spot) int {
	return cmp.Or(cmp.Compare(s.hash, t.hash), cmp.Compare(s.addr, t.addr))
}

// merge merges a shard's tail into its blocks.
func (x *index) merge(s *shard) {
	if len(s.tail) == 0 {
		return
	}
	slices.SortFunc(s.tail, func(a, b block) int { return a.spot().compare(b.spot()) })
	tail := x.unite(s.tail[:0], s.tail)
	merged := make([]block, 0, len(s.blocks)+countNew(s.blocks, tail))
	i := 0
	for _, b := range tail {
		for i < len(s.blocks) && s.blocks[i].spot().compare(b.spot()) <= 0 {
			merged = append(merged, s.blocks[i])
			i++
		}
		merged = x.unite(merged, []block{b})
	}
	s.blocks = append(merged, s.blocks[i:]...)
	s.tail = s.tail[:0]
}

// unite appends sorted blocks to others, and combines those of the same spot.
func (x *index) unite(to, blocks []block) []block {
	for _, b := range blocks {
		if n := len(to); n > 0 && to[n-1].spot() == b.spot() {
			x.addMore(b.spot(), to[n-1].ports()&b.ports())
			to[n-1].setPorts(to[n-1].ports() | b.ports())
			continue
		}
		to = append(to, b)
	}
	return to
}

// countNew returns the number of spots of tail that blocks do not have. Both are
// sorted, without duplicates.
func countNew(blocks, tail []block) (n int) {
	i := 0
	for _, b := range tail {
		for i < len(blocks) && blocks[i].spot().compare(b.spot()) < 0 {
			i++
		}
		if i == len(blocks) || blocks[i].spot() != b.spot() {
			n++
		}
	}
	return n
}

// addMore counts further results of ports that have one.
func (x *index) addMore(at spot, ports uint32) {
	for ; ports != 0; ports &= ports - 1 {
		x.more[bit{at, uint8(bits.TrailingZeros32(ports))}]++
	}
}

// take uses up one result; it returns false if none is left. A place without an
// address matches any address of the host.
func (x *index) take(b bit) bool {
	blocks := x.shard(b.spot).blocks
	i, _ := slices.BinarySearchFunc(blocks, b.spot, func(b block, s spot) int { return b.spot().compare(s) })
	for ; i < len(blocks) && blocks[i].spot().hash == b.hash; i++ {
		if b.addr != 0 && blocks[i].spot() != b.spot {
			break
		}
		if x.takeFrom(&blocks[i], b.at) {
			return true
		}
	}
	return false
}

func (x *index) takeFrom(from *block, at uint8) bool {
	b := bit{from.spot(), at}
	switch n := x.more[b]; {
	case n > 1:
		x.more[b] = n - 1
	case n == 1:
		delete(x.more, b)
	case from.ports()&(1<<at) == 0:
		return false
	default:
		from.setPorts(from.ports() &^ (1 << at))
	}
	return true
}
