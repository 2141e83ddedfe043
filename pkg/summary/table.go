package summary

import (
	"math/bits"
	"slices"
)

// table holds the answers of up to 65,535 ports in as few bits as tell them
// apart: two a port for up to three answers, three for up to seven. A host that
// says open, closed and nothing costs 16 KB, whatever the order it was asked in
// and however its answers are mixed.
type table struct {
	// codes are the answers; the number of one is its index + 1, and 0 is no
	// answer. One that no port has any more stays.
	codes []code
	// low has the lower two bits of every port's number, those of 64 ports
	// side by side: a look at a port waits for memory once.
	low *[groups][2]uint64
	// high has the other bits, in the same order. One more leaves the rest as
	// it is, so that growing makes no garbage.
	high  []*plane
	known int // ports with an answer
}

// plane is a bit for each port, those of 64 neighbors in one word.
type plane [groups]uint64

const groups = 1 << 16 / 64

func newTable() *table { return &table{low: new([groups][2]uint64)} }

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
		number := t.number(c)
		t.put(port, 1<<(port&63), number)
		if old == 0 {
			t.known++
		}
	}
}

// full says that every port has an answer.
func (t *table) full() bool { return t.known == 1<<16-1 }

// number returns c's, a new one if it has none.
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

// having returns which of port and its neighbors have a number.
func (t *table) having(port uint16, number int) uint64 {
	low := &t.low[port>>6]
	mask := alike(low[0], number&1 != 0) & alike(low[1], number&2 != 0)
	for i, p := range t.high {
		mask &= alike(p[port>>6], number>>(i+2)&1 != 0)
	}
	return mask
}

// alike returns which bits of w are on, or which are not.
func alike(w uint64, on bool) uint64 {
	if on {
		return w
	}
	return ^w
}

// fill adds a whole run.
func (t *table) fill(r run) {
	number := t.number(r.code)
	for port := int(r.first); port <= int(r.last); port = port&^63 + 64 {
		mask := ^uint64(0) << (port & 63)
		if last := int(r.last) - port&^63; last < 63 {
			mask &= 1<<(last+1) - 1
		}
		for i, c := range t.codes {
			if !r.code.better(c) {
				mask &^= t.having(uint16(port), i+1)
			}
		}
		t.known += bits.OnesCount64(mask & t.having(uint16(port), 0))
		t.put(uint16(port), mask, number)
	}
}

func (t *table) appendRuns(dst []run) []run {
	for first := 0; first < 1<<16; first += 64 {
		for at := 0; at < 64; {
			port := uint16(first + at)
			number := t.numberOf(port)
			length := min(bits.TrailingZeros64(^(t.having(port, number) >> at)), 64-at) // of those that have it too
			if number > 0 {
				dst = push(dst, run{port, port + uint16(length-1), t.codes[number-1]})
			}
			at += length
		}
	}
	return dst
}
