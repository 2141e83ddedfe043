// Package summary adds up results. A Sum keeps one result for each endpoint
// (host, ip, proto, port), the most definite one. Its records therefore do not
// depend on the order or repetition of the input: results, summaries of results
// and summaries of summaries give the same bytes.
package summary

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"net/netip"
	"sync"

	"portkit/pkg/endpoint"
)

// Sum adds up results. Its memory depends on the number of hosts, not of records:
// about 100 bytes per host and 6 per span of ports with the same result. If there
// are many spans, 16 KiB for up to three different results and 8 KiB for each bit
// beyond two. Ports without a recognized service need as much again, by evidence. About 50
// bytes per recognized service and the texts that only it has, 0.5 KB per host for Stats.
type Sum struct {
	// Stats also adds up times and round-trip times. Set it before the first
	// call of Adder.
	Stats bool

	seed   maphash.Seed
	shards [shards]shard
	bad    badRecords
}

// badRecords counts unreadable lines and records without an endpoint, by group.
type badRecords struct {
	mu sync.Mutex
	n  map[string]uint64
}

func (b *badRecords) add(by []byte, n uint64) {
	if n == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n == nil {
		b.n = map[string]uint64{}
	}
	b.n[string(by)] += n
}

// shards is the number of parts of a Sum. Each has its own lock, so that Adders
// rarely wait for each other.
const shards = 64

// New returns an empty Sum.
func New() *Sum {
	s := &Sum{seed: maphash.MakeSeed()}
	for i := range s.shards {
		s.shards[i].seed = s.seed
		s.shards[i].words.ids = map[string]uint32{}
	}
	return s
}

// shard contains the entries of the hosts whose names hash to it, in a hash table
// with open addressing.
type shard struct {
	mu      sync.Mutex
	seed    maphash.Seed
	words   words
	slots   []slot // a power of two
	entries []*[block]entry
	n       int
}

// block is the number of entries that are allocated at once. Growing copies no
// entry, and a block is so large that it begins at a page: no entry is in two
// cache lines.
const block = 512

// key identifies one summary record, without pointers and padding. Texts are
// numbers of the shard's words, 0 for none.
type key struct {
	hi, lo uint64 // address
	host   uint32 // word; 0: the text of the address
	by     uint32 // word
	zone   uint32 // word
	kind   uint32 // proto<<8 | address family: 0 (no address), 4 or 6
}

// slot refers to an entry. The tag spares most accesses to entries of other keys,
// which are cache misses.
type slot struct {
	tag   uint32 // upper half of the key's hash
	entry uint32 // 1 + index of the entry; 0: free
}

// entry is the results of one key: 64 bytes, a cache line.
type entry struct {
	key
	ports Ports
}

// words numbers texts, beginning at 1.
type words struct {
	ids   map[string]uint32
	texts []string
}

func (w *words) id(text []byte) uint32 {
	if len(text) == 0 {
		return 0
	}
	if id, ok := w.ids[string(text)]; ok {
		return id
	}
	if len(w.texts) == math.MaxUint32 {
		panic("summary: more than 4,294,967,295 texts")
	}
	w.texts = append(w.texts, string(text))
	w.ids[w.texts[len(w.texts)-1]] = uint32(len(w.texts))
	return uint32(len(w.texts))
}

func (w *words) text(id uint32) string {
	if id == 0 {
		return ""
	}
	return w.texts[id-1]
}

// key returns a key. host is empty if it is the text of addr.
func (s *shard) key(by, host []byte, addr netip.Addr, proto endpoint.Proto) key {
	k := key{kind: uint32(proto) << 8}
	if len(by) > 0 || len(host) > 0 || addr.Zone() != "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		k.by, k.host, k.zone = s.words.id(by), s.words.id(host), s.words.id([]byte(addr.Zone()))
	}
	if !addr.IsValid() {
		return k
	}
	k.kind |= 6
	if addr.Is4() {
		k.kind ^= 4 ^ 6
	}
	a := addr.As16()
	k.hi, k.lo = binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])
	return k
}

func (s *shard) proto(k key) endpoint.Proto { return endpoint.Proto(k.kind >> 8) }

// addr returns the address of k.
func (s *shard) addr(k key) netip.Addr {
	var a [16]byte
	binary.BigEndian.PutUint64(a[:8], k.hi)
	binary.BigEndian.PutUint64(a[8:], k.lo)
	switch k.kind & 255 {
	case 4:
		return netip.AddrFrom16(a).Unmap()
	case 6:
		return netip.AddrFrom16(a).WithZone(s.words.text(k.zone))
	}
	return netip.Addr{}
}

// entry returns the entry of k, which it adds if necessary.
func (s *shard) entry(k key) *entry {
	if s.n*4 >= len(s.slots)*3 {
		s.grow()
	}
	hash := maphash.Comparable(s.seed, k)
	mask := len(s.slots) - 1
	for i := int(hash) & mask; ; i = (i + 1) & mask {
		at := &s.slots[i]
		if at.entry == 0 {
			*at = slot{uint32(hash >> 32), s.add(k)}
		}
		if at.tag == uint32(hash>>32) {
			if e := s.at(int(at.entry) - 1); e.key == k {
				return e
			}
		}
	}
}

// add adds an entry and returns its number, beginning at 1.
func (s *shard) add(k key) uint32 {
	if s.n == math.MaxUint32 {
		panic("summary: more than 4,294,967,295 hosts in a shard")
	}
	if s.n%block == 0 {
		s.entries = append(s.entries, new([block]entry))
	}
	s.at(s.n).key = k
	s.n++
	return uint32(s.n)
}

func (s *shard) at(i int) *entry { return &s.entries[i/block][i%block] }

// grow doubles the number of slots.
func (s *shard) grow() {
	s.slots = make([]slot, max(16, 2*len(s.slots)))
	mask := len(s.slots) - 1
	for n := range s.n {
		hash := maphash.Comparable(s.seed, s.at(n).key)
		i := int(hash) & mask
		for s.slots[i].entry != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = slot{uint32(hash >> 32), uint32(n + 1)}
	}
}
