package portspec

import (
	"math/bits"
	"slices"

	"portkit/pkg/endpoint"
)

// few is the number of items up to which a list is sorted instead of marked in a
// bitmap: most specs have a few ports, and each of a million lines may have its own
// spec.
const few = 128

// builder collects the items of a set in the order given. While they are few, the list may
// have duplicates. After that a bitmap prevents them, since a spec may contain all ports
// many times.
type builder struct {
	list []item
	bits *bitmap // of the items in list; nil while they are few
}

func (b *builder) add(i item) {
	if b.bits == nil && len(b.list) == few {
		b.spill()
	}
	if b.bits == nil || b.bits.add(i) {
		b.list = append(b.list, i)
	}
}

// addRange adds the ports from lo to hi for each protocol in mask.
func (b *builder) addRange(lo, hi uint16, mask protoMask) {
	if hi-lo >= few/2 {
		b.spill()
		b.list = b.bits.addRange(b.list, lo, hi, mask)
		return
	}
	for i := itemOf(lo, endpoint.TCP); i <= itemOf(hi, endpoint.UDP); i++ {
		if mask&(1<<i.proto()) != 0 {
			b.add(i)
		}
	}
}

// addSet adds the items of a set.
func (b *builder) addSet(s Set) {
	for _, i := range s.order() {
		b.add(i)
	}
}

func (b *builder) spill() {
	if b.bits != nil {
		return
	}
	list := b.list
	b.bits, b.list = new(bitmap), nil
	for _, i := range list {
		b.add(i)
	}
}

// set returns the items. The builder must not be used afterwards.
func (b *builder) set() Set {
	if b.bits == nil {
		return newSet(distinct(b.list))
	}
	if slices.IsSorted(b.list) {
		return Set{items: b.list}
	}
	return Set{b.bits.items(len(b.list)), b.list}
}

// distinct removes duplicates from a short list.
func distinct(list []item) []item {
	kept := list[:0]
	for _, i := range list {
		if !slices.Contains(kept, i) {
			kept = append(kept, i)
		}
	}
	return kept
}

// bitmap has a bit for each item.
type bitmap [items / 64]uint64

// add adds i and reports whether it is new.
func (b *bitmap) add(i item) bool {
	old := b[i/64]
	b[i/64] |= 1 << (i % 64)
	return b[i/64] != old
}

// addRange adds whole words: the ports from lo to hi for each protocol in mask. It appends
// the new items to list.
func (b *bitmap) addRange(list []item, lo, hi uint16, mask protoMask) []item {
	pattern := uint64(mask) * 0x5555_5555_5555_5555
	first, last := itemOf(lo, endpoint.TCP), itemOf(hi, endpoint.UDP)
	list = slices.Grow(list, int(hi-lo)+1)
	for w := first / 64; w <= last/64; w++ {
		word := pattern
		if w == first/64 {
			word &= ^uint64(0) << (first % 64)
		}
		if w == last/64 {
			word &= ^uint64(0) >> (63 - last%64)
		}
		list = appendWord(list, w, word&^b[w])
		b[w] |= word
	}
	return list
}

// appendWord appends the items of a word.
func appendWord(list []item, w item, word uint64) []item {
	for ; word != 0; word &= word - 1 {
		list = append(list, w*64+item(bits.TrailingZeros64(word)))
	}
	return list
}

// items returns the n items of the bitmap, ascending.
func (b *bitmap) items(n int) []item {
	list := make([]item, 0, n)
	for w, word := range b {
		list = appendWord(list, item(w), word)
	}
	return list
}
