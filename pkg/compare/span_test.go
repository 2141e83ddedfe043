package compare

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
)

// TestTidy compares tidied spans with the best span of each port.
func TestTidy(t *testing.T) {
	var tid tidier
	rapid.Check(t, func(rt *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 3))
		most := []int{12, 65535}[rnd.IntN(2)]
		var spans []span
		for range rapid.IntRange(0, 30).Draw(rt, "spans") {
			s := span{
				proto: endpoint.Proto(rnd.IntN(2)), state: endpoint.State(1 + rnd.IntN(5)), reason: endpoint.Reason(rnd.IntN(3)),
				sum: uint32(rnd.IntN(3)), named: rnd.IntN(2) == 0, first: uint16(1 + rnd.IntN(most)),
			}
			s.last = s.first
			if rnd.IntN(2) == 0 {
				s.last += uint16(rnd.IntN(most - int(s.first) + 1))
			}
			spans = append(spans, s)
		}
		best := func(list []span, proto endpoint.Proto, port int) (b span) {
			for _, s := range list {
				if s.proto == proto && int(s.first) <= port && port <= int(s.last) && (b.first == 0 || s.better(&b)) {
					b = s
				}
			}
			b.first, b.last = 0, 0
			return b
		}
		got := tid.tidy(slices.Clone(spans))
		for i := range got {
			if i > 0 && !got[i-1].before(&got[i]) {
				rt.Fatalf("%+v is not before %+v", got[i-1], got[i])
			}
		}
		for range 200 {
			proto, port := endpoint.Proto(rnd.IntN(2)), 1+rnd.IntN(most)
			if want, got := best(spans, proto, port), best(got, proto, port); want != got {
				rt.Fatalf("%v %d: %+v stands, want %+v", proto, port, got, want)
			}
		}
	})
}

func TestSpanSize(t *testing.T) {
	b := appendEntry(nil, nil, &span{})
	if len(b) != 1+sizeOfSpan {
		t.Errorf("an entry without key is %d bytes", len(b))
	}
	s := span{at: 1 << 40, size: 1 << 20, sum: 7, first: 1, last: 65535, proto: 1, state: 5, reason: 22, named: true}
	if got := readSpan(appendEntry(nil, []byte("key"), &s)[4:]); got != s {
		t.Errorf("%+v comes back as %+v", s, got)
	}
}
