package summary

import (
	"math/bits"
	"slices"

	"portkit/pkg/record"
)

// table stores the results of up to 65,535 ports in as few bits as distinguish
// them: two per port for up to three different results, three for up to seven. A
// host with open, closed and filtered ports needs 16 KiB, whatever the order in
// which they were probed.
type table struct {
	// codes are the different results. The number of a result is its index + 1; 0
	// means no result.
	codes []code
	// low contains the lower two bits of every port's number, those of 64 ports
	// side by side: one access to memory per port.
	low *[words64][2]uint64
	// high contains the other bits in the same order. Adding one leaves the rest
	// unchanged, so that growing makes no garbage.
	high  []*plane
	known int // ports with a result
}

// plane is a bit for each port, those of 64 neighbors in one word.
type plane [words64]uint64

const words64 = 1 << 16 / 64

func newTable() *table { return &table{low: new([words64][2]uint64)} }

func (t *table) get(port uint16) code {
	if n := t.numberOf(port); n > 0 {
		return t.codes[n-1]
	}
	return 0
}

func (t *table) numberOf(port uint16) int {
	low, at := &t.low[port>>6], port&63
	n := int(low[0]>>at&1 | low[1]>>at&1<<1)
	for i, p := range t.high {
		n |= int(p[port>>6]>>at&1) << (i + 2)
	}
	return n
}

func (t *table) add(port uint16, c code) {
	if old := t.get(port); c.better(old) {
		t.put(port, 1<<(port&63), t.number(c))
		if old == 0 {
			t.known++
		}
	}
}

// full reports whether every port has a result.
func (t *table) full() bool { return t.known == 1<<16-1 }

// number returns the number of a result, a new one if it has none.
func (t *table) number(c code) int {
	if i := slices.Index(t.codes, c); i >= 0 {
		return i + 1
	}
	if t.codes = append(t.codes, c); len(t.codes) >= 4<<len(t.high) {
		t.high = append(t.high, new(plane))
	}
	return len(t.codes)
}

// put sets the number of those of port and its neighbors that are in mask.
func (t *table) put(port uint16, mask uint64, number int) {
	low := &t.low[port>>6]
	set(&low[0], mask, number&1 != 0)
	set(&low[1], mask, number&2 != 0)
	for i, p := range t.high {
		set(&p[port>>6], mask, number>>(i+2)&1 != 0)
	}
}

func set(w *uint64, mask uint64, on bool) {
	if on {
		*w |= mask
	} else {
		*w &^= mask
	}
}

// having returns a mask of port and its neighbors with a number.
func (t *table) having(port uint16, number int) uint64 {
	low := &t.low[port>>6]
	mask := equal(low[0], number&1 != 0) & equal(low[1], number&2 != 0)
	for i, p := range t.high {
		mask &= equal(p[port>>6], number>>(i+2)&1 != 0)
	}
	return mask
}

// equal returns a mask of the bits of w that are on, or off.
func equal(w uint64, on bool) uint64 {
	if on {
		return w
	}
	return ^w
}

// fill adds a span.
func (t *table) fill(s record.Span) {
	c := codeIn(s)
	number := t.number(c)
	for port := int(s.First); port <= int(s.Last); port = port&^63 + 64 {
		mask := ^uint64(0) << (port & 63)
		if last := int(s.Last) - port&^63; last < 63 {
			mask &= 1<<(last+1) - 1
		}
		for i, old := range t.codes {
			if !c.better(old) {
				mask &^= t.having(uint16(port), i+1)
			}
		}
		t.known += bits.OnesCount64(mask & t.having(uint16(port), 0))
		t.put(uint16(port), mask, number)
	}
}

func (t *table) appendSpans(dst []record.Span) []record.Span {
	for first := 0; first < 1<<16; first += 64 {
		for at := 0; at < 64; {
			port := uint16(first + at)
			number := t.numberOf(port)
			length := min(bits.TrailingZeros64(^(t.having(port, number) >> at)), 64-at) // of the run of ports with this number
			if number > 0 {
				dst = push(dst, spanOf(port, port+uint16(length-1), t.codes[number-1]))
			}
			at += length
		}
	}
	return dst
}
