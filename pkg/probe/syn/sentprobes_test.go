package syn

import (
	"math/rand/v2"
	"testing"

	"portkit/pkg/probe"
)

// tenant is a flight as a test remembers it.
type tenant struct {
	id   probe.ID
	n    uint8
	lane int
	hash uint64
}

// TestFlightsAreFound begins and ends attempts at few endpoints at random and looks
// each up, by every attempt that may still be told.
func TestFlightsAreFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := newFlights(4)
	live := map[uint32]*tenant{} // by slot
	gens := map[uint32]uint32{}
	for range 200_000 {
		slot := r.Uint32N(300)
		at := live[slot]
		switch {
		case at == nil:
			gens[slot]++
			at = &tenant{id: probe.ID{Slot: slot, Gen: gens[slot]}, hash: uint64(r.Uint32N(200)+1) << 32}
			fallthrough
		case at.n < 200 && r.IntN(2) == 0:
			lane, ok := f.begin(at.id, at.n+1, at.hash)
			if !ok {
				if same(live, at.hash) < 4 {
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

// same is how many live flights have a hash.
func same(live map[uint32]*tenant, hash uint64) (n int) {
	for _, l := range live {
		if l.hash == hash {
			n++
		}
	}
	return n
}

func check(t *testing.T, f *flights, at *tenant) {
	t.Helper()
	for back := range uint8(laneAttempts) {
		port := int(at.n-back) & (laneAttempts - 1)
		id, n, ok := f.attempt(at.hash, at.lane, port)
		if at.n <= back {
			if ok {
				t.Fatalf("%+v: attempt %d was never made, and is told as %d", at, int(at.n)-int(back), n)
			}
			continue
		}
		if !ok || id != at.id || n != at.n-back {
			t.Fatalf("%+v: port %d is %v %d, %v", at, port, id, n, ok)
		}
	}
	if _, _, ok := f.attempt(at.hash+1, at.lane, int(at.n)&(laneAttempts-1)); ok {
		t.Fatal("another hash is found")
	}
}

// TestAFlightIsSmall holds what an endpoint takes here.
func TestAFlightIsSmall(t *testing.T) {
	f := newFlights(1)
	for i := range uint32(1 << 16) {
		f.begin(probe.ID{Slot: i, Gen: 1}, 1, uint64(i)<<32|1)
	}
	if each := (24*len(f.all) + 4*len(f.index)) / (1 << 16); each > 40 {
		t.Errorf("%d bytes each", each)
	}
}
