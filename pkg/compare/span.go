package compare

import (
	"cmp"
	"slices"

	"portkit/pkg/endpoint"
)

// span is consecutive ports of a host that one line gives the same answer
// for: one port of a result, as many as there are of a summary.
type span struct {
	at          int64  // where the line begins in its text; noLine for none
	size        uint32 // how long it is
	sum         uint32 // its checksum
	first, last uint16
	proto       endpoint.Proto
	state       endpoint.State
	reason      endpoint.Reason
	// named says that the port is told of under the host's name, if it is not
	// expected at its address.
	named bool
}

// noLine is the place of what stands in no line of results: an expectation.
const noLine = -1

// better says whether s stands where both speak of a port: the more definite
// state does, then the lesser reason by name. Of records that say the same, one
// has to be taken for its fields; the checksum makes that the same one whatever
// order they come in.
func (s *span) better(t *span) bool { return s.weigh(t) < 0 }

func (s *span) weigh(t *span) int {
	if c := cmp.Compare(s.state, t.state); c != 0 {
		return c
	}
	if s.named != t.named { // of several names of an address one that is expected stands for it
		if s.named {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(s.reason, t.reason), cmp.Compare(s.sum, t.sum), cmp.Compare(s.size, t.size))
}

// before says that all of s comes before all of t.
func (s *span) before(t *span) bool {
	return s.proto < t.proto || s.proto == t.proto && s.last < t.first
}

// same says that both have the same ports in the same state.
func (s *span) same(t *span) bool {
	return s.first == t.first && s.last == t.last && s.proto == t.proto && s.state == t.state
}

// tidier makes spans ascending and apart. Its table has the span that stands
// for each port, where spans lie across each other.
type tidier struct {
	table []int32 // 1 + index of a span
}

// tidy sorts the spans of one host, tcp before udp, and lets the best of those
// that speak of the same port stand. It works in spans' own storage, which may
// grow.
func (t *tidier) tidy(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.proto, b.proto), cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last), a.weigh(&b))
	})
	kept := spans[:0]
	for i, s := range spans {
		switch n := len(kept); {
		case n == 0 || kept[n-1].before(&s):
			kept = append(kept, s)
		case kept[n-1].first != s.first || kept[n-1].last != s.last:
			return t.paint(append(slices.Clone(kept), spans[i:]...), spans[:0])
		}
	}
	return kept
}

// paint appends to dst which of spans, sorted, stands for which ports.
func (t *tidier) paint(spans, dst []span) []span {
	if t.table == nil {
		t.table = make([]int32, 1<<16)
	}
	for len(spans) > 0 {
		n, last := 0, 0
		for n < len(spans) && spans[n].proto == spans[0].proto {
			t.cover(spans, n)
			last = max(last, int(spans[n].last))
			n++
		}
		dst = t.standing(spans, int(spans[0].first), last, dst)
		spans = spans[n:]
	}
	return dst
}

// cover puts a span at those of its ports where no better one is.
func (t *tidier) cover(spans []span, i int) {
	s := &spans[i]
	for port := int(s.first); port <= int(s.last); port++ {
		if at := t.table[port]; at == 0 || s.better(&spans[at-1]) {
			t.table[port] = int32(i + 1)
		}
	}
}

// standing appends what the table holds of the ports to dst, and clears it.
func (t *tidier) standing(spans []span, first, last int, dst []span) []span {
	for port := first; port <= last; port++ {
		at := t.table[port]
		if at == 0 {
			continue
		}
		s := spans[at-1]
		s.first = uint16(port)
		for port < last && t.table[port+1] == at {
			port++
		}
		s.last = uint16(port)
		dst = append(dst, s)
	}
	clear(t.table[first : last+1])
	return dst
}
