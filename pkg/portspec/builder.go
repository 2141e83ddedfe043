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

// builder collects the items of a set: in a list while they are few, else in a bitmap,
// since a spec may contain all ports many times.
type builder struct {
	list []item
	bits *bitmap // nil while the items are in list
}

func (b *builder) add(i item) {
	if b.bits == nil && len(b.list) == few {
		b.spill()
	}
	if b.bits == nil {
		b.list = append(b.list, i)
		return
	}
	b.bits.add(i)
}

// addRange adds the ports from lo to hi for each protocol in mask.
func (b *builder) addRange(lo, hi uint16, mask protoMask) {
	if hi-lo >= few/2 {
		b.spill()
		b.bits.addRange(lo, hi, mask)
		return
	}
	for i := itemOf(lo, endpoint.TCP); i <= itemOf(hi, endpoint.UDP); i++ {
		if mask&(1<<i.proto()) != 0 {
			b.add(i)
		}
	}
}

func (b *builder) spill() {
	if b.bits != nil {
		return
	}
	b.bits = new(bitmap)
	for _, i := range b.list {
		b.bits.add(i)
	}
}

// set returns the items, sorted and distinct. The builder must not be used afterwards.
func (b *builder) set() Set {
	if b.bits != nil {
		return b.bits.set()
	}
	slices.Sort(b.list)
	return Set{slices.Clip(slices.Compact(b.list))}
}

// bitmap has a bit for each item.
type bitmap [items / 64]uint64

func (b *bitmap) add(i item)      { b[i/64] |= 1 << (i % 64) }
func (b *bitmap) has(i item) bool { return b[i/64]&(1<<(i%64)) != 0 }

// addRange sets whole words for the ports from lo to hi and each protocol in mask.
func (b *bitmap) addRange(lo, hi uint16, mask protoMask) {
	pattern := uint64(mask) * 0x5555_5555_5555_5555
	first, last := itemOf(lo, endpoint.TCP), itemOf(hi, endpoint.UDP)
	for w := first / 64; w <= last/64; w++ {
		word := pattern
		if w == first/64 {
			word &= ^uint64(0) << (first % 64)
		}
		if w == last/64 {
			word &= ^uint64(0) >> (63 - last%64)
		}
		b[w] |= word
	}
}

func (b *bitmap) set() Set {
	n := 0
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	list := make([]item, 0, n)
	for w, word := range b {
		for ; word != 0; word &= word - 1 {
			list = append(list, item(w*64+bits.TrailingZeros64(word)))
		}
	}
	return Set{list}
}
