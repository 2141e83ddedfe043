package summary

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
)

// oracle is what ports has to be like.
type oracle map[uint16]code

func (o oracle) add(port uint16, c code) {
	if c.better(o[port]) {
		o[port] = c
	}
}

func (o oracle) runs() []run {
	var runs []run
	for port := 1; port <= 65535; port++ {
		if c := o[uint16(port)]; c != 0 {
			runs = push(runs, run{uint16(port), uint16(port), c})
		}
	}
	return runs
}

// codes are few, so that ports meet again and say the same.
var codes = []code{codeOf(1, 20), codeOf(2, 3), codeOf(2, 18), codeOf(3, 12)}

func TestPortsAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p ports
		o := oracle{}
		seed := rapid.Uint64().Draw(t, "seed")
		rnd := rand.New(rand.NewPCG(seed, 0))
		top := rapid.SampledFrom([]int{10, 300, 3000, 65535}).Draw(t, "top")
		step := rapid.IntRange(1, 20).Draw(t, "step")
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			port, c := 1+rnd.IntN(top), codes[rnd.IntN(len(codes))]
			switch rapid.IntRange(0, 3).Draw(t, "way") {
			case 0: // at random
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
			case 2: // backwards
				for ; port > 0; port -= step {
					p.add(uint16(port), c)
					o.add(uint16(port), c)
				}
			case 3: // runs
				var more []run
				for port := 1 + rnd.IntN(9); port <= top; {
					last := min(top, port+rnd.IntN(1000)*rnd.IntN(2))
					more = push(more, run{uint16(port), uint16(last), codes[rnd.IntN(len(codes))]})
					port = last + 1 + rnd.IntN(3)
				}
				kept := slices.Clone(more)
				p.merge(more)
				if !slices.Equal(kept, more) {
					t.Fatal("merge changed the runs it was given")
				}
				for _, r := range more {
					for port := int(r.first); port <= int(r.last); port++ {
						o.add(uint16(port), r.code)
					}
				}
			}
			same(t, &p, o)
		}
	})
}

func same(t *rapid.T, p *ports, o oracle) {
	if got, want := p.appendRuns(nil), o.runs(); !slices.Equal(got, want) {
		t.Fatalf("table %v: runs %v\nwant %v", p.table() != nil, got, want)
	}
	for port := 1; port <= 65535; port++ {
		if got, want := p.get(uint16(port)), o[uint16(port)]; got != want {
			t.Fatalf("table %v: port %d is %v, want %v", p.table() != nil, port, got, want)
		}
	}
}

// TestBitsOfAPort: as many as tell the answers of a host apart.
func TestBitsOfAPort(t *testing.T) {
	for answers := 1; answers <= 22; answers++ {
		var p ports
		for _, port := range rand.New(rand.NewPCG(1, 2)).Perm(65535)[:65000] {
			p.add(uint16(port+1), codeOf(2, endpoint.Reason(answers-port%answers)))
		}
		if p.table() == nil {
			t.Fatal("a host asked at random has no table")
		}
		if got, want := 2+len(p.table().high), max(2, bits.Len(uint(answers))); got != want {
			t.Errorf("%d answers take %d bits, want %d", answers, got, want)
		}
	}
}

// TestWholeHostsCostLittle: one of which every port is known, and nearly all
// say the same, has no table however it was asked.
func TestWholeHostsCostLittle(t *testing.T) {
	order := rand.New(rand.NewPCG(1, 2)).Perm(65535)
	var p ports
	for i, port := range order {
		c := codeOf(2, 3)
		if port%1000 == 80 {
			c = codeOf(1, 20)
		}
		if p.add(uint16(port+1), c); i == 60000 && p.table() == nil {
			t.Error("a host asked at random has no table")
		}
	}
	if p.table() != nil || len(p.runs) != 133 {
		t.Errorf("once it is whole it has %d runs", len(p.runs))
	}
}

func BenchmarkAddInOrder(b *testing.B) {
	for b.Loop() {
		var p ports
		for port := 1; port <= 65535; port++ {
			p.add(uint16(port), codeOf(2, 3))
		}
	}
}

func BenchmarkAddAtRandom(b *testing.B) {
	order := rand.New(rand.NewPCG(1, 2)).Perm(65535)
	for b.Loop() {
		var p ports
		for _, port := range order {
			p.add(uint16(port+1), codeOf(2, 3))
		}
	}
}
