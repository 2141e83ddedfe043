package summary

import (
	"math/bits"
	"slices"
)

// table holds the answers of up to 65,535 ports in as few bits as tell them
// apart: one a port for one answer, two for up to three, three for up to
// seven. A host that says open, closed and nothing costs 16 KB, whatever the
// order it was asked in and however its answers are mixed.
type table struct {
	// codes are the answers; the number of one is its index + 1, and 0 is no
	// answer. One that no port has any more stays.
	codes []code
	// planes have a bit each of every port's number, the lowest first. One
	// more leaves the others as they are, so that growing makes no garbage.
	planes []*plane
	known  int // ports with an answer
}

// plane is a bit for each port, those of 64 neighbours in one word.
type plane [1 << 16 / 64]uint64

func (t *table) get(port uint16) code {
	if n := t.numberOf(port); n > 0 {
		return t.codes[n-1]
	}
	return 0
}

func (t *table) numberOf(port uint16) (n int) {
	for i, p := range t.planes {
		n |= int(p[port>>6]>>(port&63)&1) << i
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
	if t.codes = append(t.codes, c); len(t.codes) >= 1<<len(t.planes) {
		t.planes = append(t.planes, new(plane))
	}
	return len(t.codes)
}

// put sets the number of those of port and its neighbours that are in mask.
func (t *table) put(port uint16, mask uint64, number int) {
	for i, p := range t.planes {
		if number>>i&1 != 0 {
			p[port>>6] |= mask
		} else {
			p[port>>6] &^= mask
		}
	}
}

// having returns which of port and its neighbours have a number.
func (t *table) having(port uint16, number int) uint64 {
	mask := ^uint64(0)
	for i, p := range t.planes {
		if number>>i&1 != 0 {
			mask &= p[port>>6]
		} else {
			mask &^= p[port>>6]
		}
	}
	return mask
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
