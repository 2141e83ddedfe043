// Package summary adds results up. A Sum keeps one answer for each endpoint
// (host, ip, proto, port), the most definite one, so what comes out depends
// on what went in and not on order, grouping or repetition: results, the
// summaries of results, and the summaries of summaries give the same.
package summary

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"net/netip"
	"sync"

	"portkit/pkg/endpoint"
)

// Sum is results added up. Its memory follows the hosts, not the records:
// about 100 bytes a host, 6 a run of ports that say the same, or where those
// are many 16 KB for up to three different answers and 8 more for each bit
// beyond two, and about 50 bytes a port whose protocol was recognized. Stats take about half a kilobyte a host.
type Sum struct {
	// Stats says that times and round trips are kept too. It is set before
	// the first Adder is made.
	Stats bool

	seed   maphash.Seed
	shards [shards]shard
	bad    badRecords
}

// badRecords counts the error records without an endpoint, by group.
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

// shards is how many parts with a lock each a Sum has, so that Adders seldom
// wait for each other.
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

// shard holds the entries of the hosts whose names hash to it, in a table
// with open addressing.
type shard struct {
	mu      sync.Mutex
	seed    maphash.Seed
	words   words
	slots   []slot // as many as a power of two
	entries []*[block]entry
	n       int
}

// block is how many entries are made at once: growing copies none, and a block
// is large enough to begin at a page, so that no entry lies across two lines of
// the cache.
const block = 512

// key is what one summary record is about, without pointers and padding. The
// words are numbers of the shard's words, 0 for the empty one.
type key struct {
	hi, lo uint64 // the address
	host   uint32 // word; 0: the text of the address
	by     uint32 // word
	zone   uint32 // word
	kind   uint32 // proto<<8 | 0 no address, 4, 6
}

// slot says where an entry stands, and most often that another one does not:
// entries are many, and a look at one is a wait for memory.
type slot struct {
	tag   uint32 // of the key's hash
	entry uint32 // 1 + index in entries; 0: free
}

// entry is what is known about one key: 64 bytes, a line of the cache.
type entry struct {
	key
	ports ports
}

// words numbers texts from 1.
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

// key makes a key; host is empty when it is the text of addr.
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

// addr is the address that k was made with.
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

// entry returns the entry of k, a new one if there is none.
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

// add makes an entry and returns its number, from 1.
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

// grow doubles the slots.
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
