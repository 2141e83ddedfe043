package probe

import (
	"testing"
	"time"
)

// TestLossAfterABurst has the timeouts of a burst come after all of its replies: the
// loss is that of the burst, not that of the moment.
func TestLossAfterABurst(t *testing.T) {
	const n, lost, rto = 20_000, 200, 25 * time.Millisecond
	var r recent
	now := Time(time.Hour)
	for range n {
		now = now.Add(time.Microsecond)
		r.add(now, 1, true, rto)
	}
	now = now.Add(rto)
	for range lost {
		r.add(now, 1, false, rto)
	}
	now = now.Add(rto)
	for range lost {
		r.add(now, 2, true, rto)
		if got := r.loss(now); got > 3*float64(lost)/n {
			t.Fatalf("loss %.3f, want about %.3f", got, float64(lost)/n)
		}
	}
}

// TestLateReplyIsNotALoss has a third of the replies of a host that loses one
// packet in ten arrive after the timeout, of the first probe or of the second.
func TestLateReplyIsNotALoss(t *testing.T) {
	const rto = 25 * time.Millisecond
	for timeouts := range 3 {
		var r recent
		now := Time(time.Hour)
		count := func(n, attempt int, answered bool) {
			for range n {
				r.add(now, attempt, answered, rto)
			}
		}
		late := 30
		if timeouts == 0 {
			late = 0
		}
		count(90-late, 1, true)
		count(10+late, 1, false)
		if timeouts == 2 {
			count(late, 2, false)
		}
		count(9, 2, true)
		count(1, 2, false)
		for range late {
			r.late(1, timeouts)
		}
		if got := r.loss(now); got < 0.09 || got > 0.11 {
			t.Errorf("%d replies came after %d timeouts: loss %.2f, want 0.10", late, timeouts, got)
		}
	}
}
