package probe

import (
	"testing"
	"time"
)

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

// TestProbesBeforeTheRTTIsKnownAreNotLost has a second probe be replied to. The first was
// listened to for less than the RTT, unless the address had replied before.
func TestProbesBeforeTheRTTIsKnownAreNotLost(t *testing.T) {
	now := Time(time.Hour)
	for heard, want := range map[bool]int{false: 0, true: 1} {
		j := &Job{jobState: jobState{
			first: now, prev: sentProbe{sent: now, heard: heard}, cur: sentProbe{n: 2, sent: now.Add(2100 * time.Millisecond), heard: true},
		}}
		if n := (&worker{}).lostProbes(j, 2, 2*time.Second); n != want {
			t.Errorf("the address had replied %v: %d probes are lost, want %d", heard, n, want)
		}
	}
}
