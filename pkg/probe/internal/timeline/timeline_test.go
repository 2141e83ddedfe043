package timeline

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestQueueReturnsValuesInOrderOfTime(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var q Queue[int, int]
	var want []int
	for range 20_000 {
		if q.Len() > 0 && r.IntN(3) == 0 {
			if first := q.First(); first != want[0] {
				t.Fatalf("first is %d, want %d", first, want[0])
			}
			if at, value := q.Pop(); at != want[0] || value != -want[0] {
				t.Fatalf("got %d with value %d, want %d", at, value, want[0])
			}
			want = want[1:]
			continue
		}
		at := r.IntN(1000)
		q.Push(at, -at)
		i, _ := slices.BinarySearch(want, at)
		want = slices.Insert(want, i, at)
	}
	if q.Len() != len(want) {
		t.Errorf("%d values, want %d", q.Len(), len(want))
	}
}
