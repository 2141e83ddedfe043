package report

import (
	"math/rand/v2"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// TestOpenBefore compares spans with one port at a time.
func TestOpenBefore(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var before openBefore
		known := map[uint16]bool{}
		for range 30 {
			first := uint16(1 + rnd.IntN(60))
			last := first + uint16(rnd.IntN(12))
			if rnd.IntN(8) == 0 {
				first, last = 65535-first, 65535
			}
			told := map[uint16]bool{}
			for _, part := range before.fresh(endpoint.UDP, record.Span{First: first, Last: last}) {
				for port := int(part.First); port <= int(part.Last); port++ {
					told[uint16(port)] = true
				}
			}
			for port := 1; port <= 65535; port++ {
				p := uint16(port)
				if want := p >= first && p <= last && !known[p]; told[p] != want {
					t.Fatalf("seed %d: of %d-%d port %d is fresh: %v", seed, first, last, p, told[p])
				}
				if p >= first && p <= last {
					known[p] = true
				}
			}
		}
		list := before[endpoint.UDP&1]
		for i := 1; i < len(list); i++ {
			if list[i-1].Last >= list[i].First {
				t.Fatalf("seed %d: %v is not ascending and apart", seed, list)
			}
		}
	}
}
