// Package service names ports: the service registered for a port and
// protocol, and the ports that bear a name. A name is a guess from the
// number, as everywhere: nothing keeps another service from answering there.
//
// The facts are IANA's registry (RFC 6335) in iana.txt, corrected by
// overlay.txt; both are part of the program.
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

// Table is the registered names by port. It does not change after Load and
// may be used by several goroutines.
type Table struct {
	entries []entry
	// first holds, by protocol and port, one more than the index of the
	// entry that names it; 0 where none does.
	first [2][1 << 16]uint16
}

// entry is one name of one port, or of the ports from lo to hi.
type entry struct {
	name   string
	lo, hi uint16
	// protos has bit 1<<p set for each protocol p that the name is for.
	protos uint8
}

// Load builds the table, in about a millisecond and half a megabyte: a tool
// calls it once, and only where it has names to look up.
func Load() *Table {
	t := &Table{entries: make([]entry, 0, 6600)}
	for _, text := range []string{overlay, iana} {
		for line := range strings.Lines(text) {
			t.add(line)
		}
	}
	return t
}

// Name returns the name registered for a port, "" if there is none. It does
// not allocate.
func (t *Table) Name(p endpoint.Proto, port uint16) string {
	if i := t.first[p&1][port]; i > 0 {
		return t.entries[i-1].name
	}
	return ""
}

// Names returns the names and aliases of a port, first the one that Name
// returns.
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

// Ports calls yield for each port that has a name, or an alias, which the
// pattern matches, in the order of the ports and tcp before udp, each once.
// Case does not matter; "*" in the pattern stands for any characters, "?"
// for one. It reports whether there was any such port.
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

// add reads one line of the files: "PORT[-PORT][/PROTO] NAME [ALIAS ...] [# source]".
// Lines that are none are skipped; a test holds that there are none.
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

// protoBits reads what may stand after a port's slash; 0 for anything else.
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
