package probe

import (
	"testing"
	"time"
)

// TestDropsOfOneBurstHalveTheLimitOnce: replies to all outstanding probes may come at
// once, and be dropped in several polls.
func TestDropsOfOneBurstHalveTheLimitOnce(t *testing.T) {
	l := rcvLimit{most: 10_000}
	now := Time(time.Hour)
	for dropped := range uint64(5) {
		l.note(now, dropped+1, 10_000, 0, 10_000)
		now = now.Add(rcvLimitPause / 5)
	}
	if l.most != 5000 {
		t.Errorf("limit %d after drops within %v, want 5000", l.most, rcvLimitPause)
	}
	if l.note(now, 6, 5000, 0, 10_000); l.most != 2500 {
		t.Errorf("limit %d after further drops, want 2500", l.most)
	}
}
