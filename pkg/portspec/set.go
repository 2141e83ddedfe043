// Package portspec parses port specs, the text after -p, and lists of ports by
// likelihood.
package portspec

import (
	"iter"
	"slices"
	"strconv"

	"portkit/pkg/endpoint"
)

// item is a port with its protocol, port<<1|proto: the order of items is that of a Set.
type item uint32

// items is the number of possible items, including port 0.
const items = 1 << 17

func itemOf(port uint16, p endpoint.Proto) item { return item(port)<<1 | item(p&1) }

func (i item) port() uint16          { return uint16(i >> 1) }
func (i item) proto() endpoint.Proto { return endpoint.Proto(i & 1) }

// Set is a set of ports with their protocols, ascending, TCP before UDP. It also has the
// order in which they were given. The zero Set is empty. A Set is immutable and uses four
// bytes per item, or eight if they were not given in ascending order.
type Set struct {
	items []item
	given []item // in the order given; nil: that of items
}

// Of returns the set of one port.
func Of(port uint16, p endpoint.Proto) Set { return Set{items: []item{itemOf(port, p)}} }

// newSet returns a set of distinct items in the order given.
func newSet(given []item) Set {
	if slices.IsSorted(given) {
		return Set{items: given}
	}
	items := slices.Clone(given)
	slices.Sort(items)
	return Set{items, given}
}

// Len returns the number of items.
func (s Set) Len() int { return len(s.items) }

// At returns the i-th item, 0 ≤ i < Len.
func (s Set) At(i int) (port uint16, p endpoint.Proto) {
	return s.items[i].port(), s.items[i].proto()
}

// Has reports whether the set contains a port.
func (s Set) Has(port uint16, p endpoint.Proto) bool {
	_, found := slices.BinarySearch(s.items, itemOf(port, p))
	return found
}

// All yields the items in ascending order.
func (s Set) All() iter.Seq2[uint16, endpoint.Proto] { return each(s.items) }

// Given yields the items in the order in which they were given.
func (s Set) Given() iter.Seq2[uint16, endpoint.Proto] { return each(s.order()) }

func (s Set) order() []item {
	if s.given != nil {
		return s.given
	}
	return s.items
}

func each(items []item) iter.Seq2[uint16, endpoint.Proto] {
	return func(yield func(uint16, endpoint.Proto) bool) {
		for _, i := range items {
			if !yield(i.port(), i.proto()) {
				return
			}
		}
	}
}

// Union returns the items of either set. Those of s were given first.
func (s Set) Union(other Set) Set {
	switch {
	case len(s.items) == 0:
		return other
	case len(other.items) == 0:
		return s
	}
	return newSet(slices.Concat(s.order(), other.Minus(s).order()))
}

// Minus returns the items of s that are not in other.
func (s Set) Minus(other Set) Set {
	if len(other.items) == 0 {
		return s
	}
	return Set{without(s.items, other), without(s.given, other)}
}

func without(list []item, other Set) (left []item) {
	for _, i := range list {
		if _, found := slices.BinarySearch(other.items, i); !found {
			left = append(left, i)
		}
	}
	return left
}

// String returns a spec that Parse parses to the same set for any default protocols:
// tcp:22,80-90,udp:53.
func (s Set) String() string {
	var text []byte
	for _, p := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		text = s.appendProto(text, p)
	}
	return string(text)
}

func (s Set) appendProto(text []byte, p endpoint.Proto) []byte {
	separator := p.String() + ":"
	if len(text) > 0 {
		separator = "," + separator
	}
	for lo, hi := range s.ranges(p) {
		text = strconv.AppendUint(append(text, separator...), uint64(lo), 10)
		if hi > lo {
			text = strconv.AppendUint(append(text, '-'), uint64(hi), 10)
		}
		separator = ","
	}
	return text
}

// ranges yields the ranges of consecutive ports of one protocol.
func (s Set) ranges(p endpoint.Proto) iter.Seq2[uint16, uint16] {
	return func(yield func(lo, hi uint16) bool) {
		var lo, hi uint16
		for port, proto := range s.All() {
			switch {
			case proto != p:
				continue
			case lo > 0 && port == hi+1:
				hi = port
				continue
			case lo > 0 && !yield(lo, hi):
				return
			}
			lo, hi = port, port
		}
		if lo > 0 {
			yield(lo, hi)
		}
	}
}
