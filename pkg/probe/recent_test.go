package probe

import (
	"math/rand/v2"
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

// TestLossNeedsReplies has a host lose nearly all packets: hundreds of probes are too
// few to forget older ones.
func TestLossNeedsReplies(t *testing.T) {
	const lost = 0.97
	rnd := rand.New(rand.NewPCG(1, 1))
	var r recent
	now := Time(time.Hour)
	for i := range 20_000 {
		now = now.Add(time.Millisecond)
		for n, replied := 1, false; n <= 20 && !replied; n++ {
			replied = rnd.Float64() > lost
			r.add(now, n, replied, time.Millisecond)
		}
		if got := r.loss(now); i > 1000 && (got < 0.75) {
			t.Fatalf("loss %.2f after %d endpoints, want at least 0.75 of %v", got, i, lost)
		}
	}
}

func TestLossExpires(t *testing.T) {
	var r recent
	now := Time(time.Hour)
	for range 100 {
		r.add(now, 1, false, time.Millisecond)
		r.add(now, 2, true, time.Millisecond)
	}
	if got := r.loss(now.Add(recentFor)); got != 1 {
		t.Errorf("loss %v, want 1", got)
	}
	if got := r.loss(now.Add(recentFor + 1)); got != 0 {
		t.Errorf("loss %v after a pause, want 0", got)
	}
}
