package probe

import "testing"

// TestLossOfOthersCountsUntilAHostShowsItsOwn has all hosts lose one probe in five.
func TestLossOfOthersCountsUntilAHostShowsItsOwn(t *testing.T) {
	for _, c := range []struct {
		replied  float32 // endpoints of this host, to their first probe
		from, to float64
	}{
		{0, 0.2, 0.2}, {1, 0.18, 0.2}, {20, 0.1, 0.1}, {1000, 0, 0.01},
	} {
		l := loss{endpoints: c.replied, probes: c.replied}
		if got := l.assumed(0.2); got < c.from || got > c.to {
			t.Errorf("after %v replies loss %v, want %v to %v", c.replied, got, c.from, c.to)
		}
	}
}
