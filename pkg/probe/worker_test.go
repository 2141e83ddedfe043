package probe

import (
	"testing"
	"time"
)

// clocked is a transport with a clock that is set, and no replies.
type clocked struct {
	Transport
	now     Time
	drained bool
}

func (c *clocked) Now() Time { return c.now }

func (c *clocked) Poll(Time, []Reply) (int, bool, error) { return 0, c.drained, nil }

func (c *clocked) Stats() Stats { return Stats{} }

// newClocked returns a worker that polls a transport at now.
func newClocked(now Time) (*worker, *clocked) {
	c := &clocked{now: now, drained: true}
	return &worker{t: c, wheel: newWheel(now), now: now, polled: now, flushed: now}, c
}

// TestTimersWaitForUnreadReplies: one of them may be the reply whose timer has expired.
func TestTimersWaitForUnreadReplies(t *testing.T) {
	now := Time(time.Hour)
	w, transport := newClocked(now)
	expired := false
	w.expired = func(*Job) { expired = true }
	w.wheel.add(&Job{}, now)
	w.now = now.Add(10 * time.Millisecond)
	transport.now = w.now
	for _, drained := range []bool{false, true} {
		transport.drained = drained
		if w.poll(w.now); expired != drained {
			t.Errorf("all replies read %v: the timer has expired %v", drained, expired)
		}
	}
}

// TestStallIsDetected before a poll, as after a long time of sending, and in one.
func TestStallIsDetected(t *testing.T) {
	now := Time(time.Hour)
	for _, c := range []struct {
		name       string
		begin, end time.Duration // of the poll, after the one before
		want       bool
	}{
		{"on time", stall, stall + stall, false},
		{"begins late", stall + 1, stall + 1, true},
		{"ends late", 0, stall + 1, true},
	} {
		w, transport := newClocked(now)
		w.now, transport.now = now.Add(c.begin), now.Add(c.end)
		w.flushed = w.now
		if w.poll(w.now); (w.pollResumed == w.now) != c.want {
			t.Errorf("%s: resumed at %d, poll at %d", c.name, w.pollResumed, w.now)
		}
	}
}
