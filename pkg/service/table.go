// Package service has the names registered for ports. A name is derived from the number
// only: any service may use the port.
//
// The names are IANA's registry (RFC 6335) in iana.txt, corrected by overlay.txt. Both
// are part of the program.
package service

import (
	_ "embed"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
)

//go:embed iana.txt
var iana string

//go:embed overlay.txt
var overlay string

// Table has the registered names of ports. It is not modified after Load and is safe
// for several goroutines.
type Table struct {
	entries []entry
	// first is one more than the index of a port's first entry, by protocol; 0 without
	// one.
	first [2][1 << 16]uint16
}

// entry is one name of the ports from lo to hi.
type entry struct {
	name   string
	lo, hi uint16
	// protos has bit 1<<p set for each protocol p.
	protos uint8
}

// Load builds the table, in about 1 ms and 500 kB: call it only if names are needed.
func Load() *Table {
	t := &Table{entries: make([]entry, 0, 6600)}
	for _, text := range []string{overlay, iana} {
		for line := range strings.Lines(text) {
			t.add(line)
		}
	}
	return t
}

// Name returns the name of a port, or "". It does not allocate.
func (t *Table) Name(p endpoint.Proto, port uint16) string {
	if i := t.first[p&1][port]; i > 0 {
		return t.entries[i-1].name
	}
	return ""
}

// Names returns the names and aliases of a port, starting with Name.
func (t *Table) Names(p endpoint.Proto, port uint16) []string {
	var names []string
	for i := range t.entries {
		e := &t.entries[i]
		if e.lo <= port && port <= e.hi && e.protos&(1<<(p&1)) != 0 && !slices.Contains(names, e.name) {
			names = append(names, e.name)
		}
	}
	return names
}

// Ports calls yield for each port that has a name or alias matching pattern, in
// ascending order, TCP before UDP. In the pattern * matches any characters and ? one;
// case does not matter. It reports whether there was a match.
func (t *Table) Ports(pattern string, yield func(port uint16, p endpoint.Proto)) bool {
	var found [1 << 17 / 64]uint64 // bit port<<1|proto
	pattern = strings.ToLower(pattern)
	for i := range t.entries {
		if e := &t.entries[i]; match(pattern, e.name) {
			e.mark(&found)
		}
	}
	ok := false
	for i, word := range found {
		for ; word != 0; word &= word - 1 {
			item := i<<6 | bits.TrailingZeros64(word)
			yield(uint16(item>>1), endpoint.Proto(item&1))
			ok = true
		}
	}
	return ok
}

func (e *entry) mark(found *[1 << 17 / 64]uint64) {
	for port := int(e.lo); port <= int(e.hi); port++ {
		found[port>>5] |= uint64(e.protos) << (2 * (port & 31))
	}
}

// add parses a line PORT[-PORT][/PROTO] NAME [ALIAS ...] [# source] and ignores others.
func (t *Table) add(line string) {
	line, _, _ = strings.Cut(line, "#")
	ports, names, _ := strings.Cut(strings.TrimSpace(line), " ")
	ports, proto, _ := strings.Cut(ports, "/")
	low, high, isRange := strings.Cut(ports, "-")
	if !isRange {
		high = low
	}
	lo, _ := strconv.ParseUint(low, 10, 16)
	hi, _ := strconv.ParseUint(high, 10, 16)
	protos := protoBits(proto)
	if lo == 0 || hi < lo || protos == 0 {
		return
	}
	for more := names != ""; more; {
		var name string
		name, names, more = strings.Cut(names, " ")
		t.entries = append(t.entries, entry{name, uint16(lo), uint16(hi), protos})
		t.claim(uint16(len(t.entries)))
	}
}

// claim makes the n-th entry the name of those of its ports that have none.
func (t *Table) claim(n uint16) {
	e := &t.entries[n-1]
	for port := int(e.lo); port <= int(e.hi); port++ {
		for p := range t.first {
			if first := &t.first[p][port]; e.protos&(1<<p) != 0 && *first == 0 {
				*first = n
			}
		}
	}
}

// protoBits parses the text after a port's slash; 0 if it is not a protocol.
func protoBits(proto string) uint8 {
	p, ok := endpoint.ParseProto(proto)
	switch {
	case proto == "":
		return 1<<endpoint.TCP | 1<<endpoint.UDP
	case ok:
		return 1 << p
	}
	return 0
}

// match reports whether name, in any case, matches a lower-case pattern. It backtracks
// only to the last star, so the time is at most the product of the lengths.
func match(pattern, name string) bool {
	p, n := 0, 0
	star, after := -1, 0 // last star, and the position in name after its match
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, after = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == lower(name[n])):
			p++
			n++
		case star >= 0:
			after++
			p, n = star+1, after
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
