package summary

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// oracle is Ports as a map.
type oracle map[uint16]code

func (o oracle) add(port uint16, c code) {
	if c.better(o[port]) {
		o[port] = c
	}
}

func (o oracle) spans() []record.Span {
	var spans []record.Span
	for port := 1; port <= 65535; port++ {
		if c := o[uint16(port)]; c != 0 {
			spans = push(spans, spanOf(uint16(port), uint16(port), c))
		}
	}
	return spans
}

// codes are few, so that neighbors often have the same.
var codes = []code{codeOf(1, 20), codeOf(2, 3), codeOf(2, 18), codeOf(3, 12)}

func TestPortsAgreeWithAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Ports
		o := oracle{}
		seed := rapid.Uint64().Draw(t, "seed")
		rnd := rand.New(rand.NewPCG(seed, 0))
		top := rapid.SampledFrom([]int{10, 300, 3000, 65535}).Draw(t, "top")
		step := rapid.IntRange(1, 20).Draw(t, "step")
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			port, c := 1+rnd.IntN(top), codes[rnd.IntN(len(codes))]
			switch rapid.IntRange(0, 3).Draw(t, "order") {
			case 0: // in random order
				for range rnd.IntN(4000) {
					port, c := uint16(1+rnd.IntN(top)), codes[rnd.IntN(len(codes))]
					p.add(port, c)
					o.add(port, c)
				}
			case 1: // in order
				for ; port <= top; port += step {
					p.add(uint16(port), c)
					o.add(uint16(port), c)
				}
			case 2: // in descending order
				for ; port > 0; port -= step {
					p.add(uint16(port), c)
					o.add(uint16(port), c)
				}
			case 3: // spans
				var more []record.Span
				for port := 1 + rnd.IntN(9); port <= top; {
					last := min(top, port+rnd.IntN(1000)*rnd.IntN(2))
					more = push(more, spanOf(uint16(port), uint16(last), codes[rnd.IntN(len(codes))]))
					port = last + 1 + rnd.IntN(3)
				}
				kept := slices.Clone(more)
				p.Merge(more)
				if !slices.Equal(kept, more) {
					t.Fatal("Merge changed its argument")
				}
				for _, s := range more {
					for port := int(s.First); port <= int(s.Last); port++ {
						o.add(uint16(port), codeIn(s))
					}
				}
			}
			same(t, &p, o)
		}
	})
}

func same(t *rapid.T, p *Ports, o oracle) {
	if got, want := p.AppendSpans(nil), o.spans(); !slices.Equal(got, want) {
		t.Fatalf("table %v: spans %v\nwant %v", p.table() != nil, got, want)
	}
	for port := 1; port <= 65535; port++ {
		if got, want := p.get(uint16(port)), o[uint16(port)]; got != want {
			t.Fatalf("table %v: port %d is %v, want %v", p.table() != nil, port, got, want)
		}
	}
}

func TestTableNeedsFewBitsPerPort(t *testing.T) {
	for results := 1; results <= 22; results++ {
		var p Ports
		for _, port := range rand.New(rand.NewPCG(1, 2)).Perm(65535)[:65000] {
			p.add(uint16(port+1), codeOf(2, endpoint.Reason(results-port%results)))
		}
		if p.table() == nil {
			t.Fatal("no table after random ports")
		}
		if got, want := 2+len(p.table().high), max(2, bits.Len(uint(results))); got != want {
			t.Errorf("%d results need %d bits, want %d", results, got, want)
		}
	}
}

func TestTableIsDroppedWhenSpansAreFew(t *testing.T) {
	order := rand.New(rand.NewPCG(1, 2)).Perm(65535)
	var p Ports
	for i, port := range order {
		c := codeOf(2, 3)
		if port%1000 == 80 {
			c = codeOf(1, 20)
		}
		if p.add(uint16(port+1), c); i == 60000 && p.table() == nil {
			t.Error("no table after random ports")
		}
	}
	if p.table() != nil || len(p.spans) != 133 {
		t.Errorf("after all ports: %d spans, want 133", len(p.spans))
	}
}

func BenchmarkAddInOrder(b *testing.B) {
	for b.Loop() {
		var p Ports
		for port := 1; port <= 65535; port++ {
			p.add(uint16(port), codeOf(2, 3))
		}
	}
}

func BenchmarkAddAtRandom(b *testing.B) {
	order := rand.New(rand.NewPCG(1, 2)).Perm(65535)
	for b.Loop() {
		var p Ports
		for _, port := range order {
			p.add(uint16(port+1), codeOf(2, 3))
		}
	}
}
