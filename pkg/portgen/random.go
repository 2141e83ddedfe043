package portgen

import (
	"math/bits"

	"lukechampine.com/uint128"

	"portkit/pkg/permutation"
)

// space is the sequence of the records of all entries. Its size in memory depends on
// the number of entries.
type space struct {
	placed []placed
	size   number
	// guide has the entry of every index that is a multiple of 1<<shift, so that the
	// entry of a record is found in one or two steps.
	guide []uint32
	shift uint
}

// placed is an entry and the index of its first record.
type placed struct {
	start number
	entry entry
}

func (s *space) add(e *entry) error {
	size, err := e.addTo(s.size)
	if err != nil || size == s.size {
		return err
	}
	s.placed = append(s.placed, placed{s.size, *e})
	s.size = size
	return nil
}

// index builds the guide.
func (s *space) index() {
	last := s.size.Sub64(1)
	width := uint(last.Len())
	s.shift = width - min(width, uint(bits.Len(uint(len(s.placed)))))
	n := last.Rsh(s.shift).Lo + 1
	s.guide = make([]uint32, n+1)
	at := 0
	for i := range n {
		for at+1 < len(s.placed) && s.placed[at+1].start.Cmp(uint128.From64(i).Lsh(s.shift)) <= 0 {
			at++
		}
		s.guide[i] = uint32(at)
	}
	s.guide[n] = uint32(len(s.placed) - 1)
}

// find returns the entry of record i and the index of the record in it.
func (s *space) find(i number) (e *entry, off number) {
	g := i.Rsh(s.shift).Lo
	lo, hi := s.guide[g], s.guide[g+1]
	for lo < hi {
		if mid := (lo + hi + 1) / 2; s.placed[mid].start.Cmp(i) <= 0 {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	p := &s.placed[lo]
	return &p.entry, i.Sub(p.start)
}

// shuffle writes the selected records of the space in the order of the seed.
func (e *emitter) shuffle(s *space, w *window, seed uint64) bool {
	i, n := w.pick(s.size)
	if n.IsZero() {
		return true
	}
	s.index()
	p := permutation.New(s.size, seed)
	var found [batch]place
	for {
		// Finding a batch of records before writing any lets the processor
		// fetch their memory concurrently.
		m := batch
		if n.Hi == 0 {
			m = int(min(n.Lo, batch))
		}
		for k := range found[:m] {
			found[k].entry, found[k].off = s.find(p.At(i))
			i = i.AddWrap64(w.step)
		}
		for _, at := range found[:m] {
			if !e.one(at.entry, at.off) {
				return false
			}
		}
		if n = n.Sub64(uint64(m)); n.IsZero() {
			return true
		}
	}
}

// batch is the number of records found at once.
const batch = 64

// place is an entry and the index of a record in it.
type place struct {
	entry *entry
	off   number
}

// one writes the record of an entry at index off.
func (e *emitter) one(ent *entry, off number) bool {
	if ent.isError() {
		e.failed = true
		return e.write(ent.more.line)
	}
	ports := uint64(ent.ports.Len())
	addr, port := num(off.Lo/ports), off.Lo%ports
	if off.Hi > 0 {
		addr, port = off.QuoRem64(ports)
	}
	e.extra = ent.extra()
	e.head.set(ent.at(addr))
	return e.ports(*ent.ports, int(port), int(port)+1)
}
