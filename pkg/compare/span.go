package compare

import (
	"cmp"
	"slices"

	"portkit/pkg/endpoint"
)

// span is consecutive ports of a host with the same result in one line: one port
// of a result record, any number of a summary.
type span struct {
	at          int64  // offset of the line; noLine if there is none
	size        uint32 // length of the line
	sum         uint32 // checksum of the line
	first, last uint16
	proto       endpoint.Proto
	state       endpoint.State
	reason      endpoint.Reason
	// named means that the port is checked under another key of the host too: it is
	// not written as added under this one.
	named bool
	// facts is the digest of the service, if open; of an expectation the number of its
	// name, from 1.
	facts digest
}

// noLine is the offset of an expectation, which has no line.
const noLine = -1

// better reports whether s counts for a port that both contain: the more definite
// state, the lower reason, the one whose service was identified. Of others one is used,
// whatever their order: that depends on the facts first, so that two scans that found the
// same services agree, and then on the checksum.
func (s *span) better(t *span) bool { return s.weigh(t) < 0 }

func (s *span) weigh(t *span) int {
	if c := cmp.Compare(s.state, t.state); c != 0 {
		return c
	}
	if s.named != t.named { // of several names of an address, an expected one counts
		if s.named {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(s.reason, t.reason), cmp.Compare(t.identified(), s.identified()), s.weighFacts(t), cmp.Compare(s.sum, t.sum), cmp.Compare(s.size, t.size))
}

// weighFacts compares the facts of lines. Of expectations the last one counts.
func (s *span) weighFacts(t *span) int {
	if s.at == noLine {
		return 0
	}
	return cmp.Compare(s.facts, t.facts)
}

// identified returns 1 if something is known about the service, else 0.
func (s *span) identified() int { return int(min(s.facts, 1)) }

// before reports whether all of s comes before all of t.
func (s *span) before(t *span) bool {
	return s.proto < t.proto || s.proto == t.proto && s.last < t.first
}

// same reports whether both have the same ports in the same state, with services that
// need no further look.
func (s *span) same(t *span) bool {
	return s.first == t.first && s.last == t.last && s.proto == t.proto && s.known() == t.known() && !s.mayDiffer(t)
}

// mayDiffer reports whether the services of two spans in one state have to be compared.
func (s *span) mayDiffer(t *span) bool {
	if s.at == noLine {
		return s.facts != 0
	}
	return s.facts != t.facts && s.facts != 0 && t.facts != 0
}

// known returns the state, or Error if the host stopped replying before the ports were
// probed: nothing is known about them then.
func (s *span) known() endpoint.State {
	if s.reason == endpoint.HostLost {
		return endpoint.Error
	}
	return s.state
}

// tidier makes spans ascending and disjoint.
type tidier struct {
	table []int32 // of overlapping spans: for each port, 1 + index of the one that counts
}

// tidy sorts the spans of one host, TCP before UDP, and keeps the better of those
// that overlap. It reuses the memory of spans.
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
			return t.resolve(append(slices.Clone(kept), spans[i:]...), spans[:0])
		}
	}
	return kept
}

// resolve appends sorted spans to dst, each with the ports for which it counts.
func (t *tidier) resolve(spans, dst []span) []span {
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
		dst = t.drain(spans, int(spans[0].first), last, dst)
		spans = spans[n:]
	}
	return dst
}

// cover enters span i for those of its ports that have no better one.
func (t *tidier) cover(spans []span, i int) {
	s := &spans[i]
	for port := int(s.first); port <= int(s.last); port++ {
		if at := t.table[port]; at == 0 || s.better(&spans[at-1]) {
			t.table[port] = int32(i + 1)
		}
	}
}

// drain appends the spans in the table to dst, and clears it.
func (t *tidier) drain(spans []span, first, last int, dst []span) []span {
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
