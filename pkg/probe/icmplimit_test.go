package probe

import (
	"testing"
	"time"
)

func TestPatienceStartsAnewAfterAPause(t *testing.T) {
	var r icmpLimiter
	start := Time(time.Hour)
	now := start
	for range 3 {
		r.wait(now)
		now += patienceAnew
	}
	if r.since != start {
		t.Errorf("waited for since %v, want since the start", r.since-start)
	}
	now++
	if r.wait(now); r.since != now {
		t.Errorf("after a pause waited for since %v, want since %v", r.since-start, now-start)
	}
}
