package syn

import (
	"math/rand/v2"
	"testing"

	"portkit/pkg/probe"
)

// sent is a probe as the test remembers it.
type sent struct {
	id     probe.ID
	n      uint8
	lane   int
	cookie cookie
}

// TestSentProbesAreFound begins and ends attempts at a few endpoints at random and looks
// up each by every attempt that can be distinguished.
func TestSentProbesAreFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := newSentProbes(4)
	live := map[uint32]*sent{} // by slot
	gens := map[uint32]uint32{}
	for range 200_000 {
		slot := r.Uint32N(300)
		at := live[slot]
		switch {
		case at == nil:
			gens[slot]++
			at = &sent{id: probe.ID{Slot: slot, Gen: gens[slot]}, cookie: cookie(r.Uint32N(200)+1) << 32}
			fallthrough
		case at.n < 200 && r.IntN(2) == 0:
			lane, ok := f.begin(at.id, at.n+1, at.cookie)
			if !ok {
				if same(live, at.cookie) < 4 {
					t.Fatalf("no lane for %+v", at)
				}
				continue
			}
			at.n, at.lane = at.n+1, lane
			live[slot] = at
		default:
			f.end(at.id, at.n)
			delete(live, slot)
			continue
		}
		check(t, &f, at)
	}
	for _, at := range live {
		check(t, &f, at)
	}
}

// same returns the number of live probes with a cookie.
func same(live map[uint32]*sent, c cookie) (n int) {
	for _, l := range live {
		if l.cookie == c {
			n++
		}
	}
	return n
}

func check(t *testing.T, f *sentProbes, at *sent) {
	t.Helper()
	for back := range uint8(laneSize) {
		port := int(at.n-back) & (laneSize - 1)
		id, n, ok := f.attempt(at.cookie, at.lane, port)
		if at.n <= back {
			if ok {
				t.Fatalf("%+v: attempt %d was never made but is returned as %d", at, int(at.n)-int(back), n)
			}
			continue
		}
		if !ok || id != at.id || n != at.n-back {
			t.Fatalf("%+v: port %d is %v %d, %v", at, port, id, n, ok)
		}
	}
	if _, _, ok := f.attempt(at.cookie+1, at.lane, int(at.n)&(laneSize-1)); ok {
		t.Fatal("another cookie is found")
	}
}

func TestSentProbeUsesAtMost40Bytes(t *testing.T) {
	f := newSentProbes(1)
	for i := range uint32(1 << 16) {
		f.begin(probe.ID{Slot: i, Gen: 1}, 1, cookie(i)<<32|1)
	}
	if each := (24*len(f.all) + 4*len(f.index)) / (1 << 16); each > 40 {
		t.Errorf("%d bytes each", each)
	}
}
