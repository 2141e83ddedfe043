package connect

import (
	"slices"
	"testing"
	"time"
)

func TestRetransmissions(t *testing.T) {
	const s = time.Second
	for linear, want := range map[int][]time.Duration{
		0: {1 * s, 3 * s, 7 * s, 15 * s},
		4: {1 * s, 2 * s, 3 * s, 4 * s, 5 * s, 7 * s, 11 * s},
	} {
		if got := retransmissions(linear); !slices.Equal(got[:len(want)], want) {
			t.Errorf("%d equal timeouts: %v, want %v", linear, got[:len(want)], want)
		}
	}
}
