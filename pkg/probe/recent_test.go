package probe

import (
	"testing"
	"time"
)

// TestLossesOfABurst: many attempts are answered at once, and those that were not
// are known for it later, when nothing else is under way. That is no great loss.
func TestLossesOfABurst(t *testing.T) {
	const n, lost, rto = 20_000, 200, 25 * time.Millisecond
	var r recent
	now := Time(time.Hour)
	for range n {
		now = now.Add(time.Microsecond)
		r.resolved(now, 1, true, rto)
	}
	now = now.Add(rto)
	for range lost {
		r.resolved(now, 1, false, rto)
	}
	now = now.Add(rto)
	for range lost {
		r.resolved(now, 2, true, rto)
		if got := r.loss(now); got > 3*float64(lost)/n {
			t.Fatalf("%.3f of %d attempts are lost, not %.3f", float64(lost)/n, n, got)
		}
	}
}
