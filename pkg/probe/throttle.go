package probe

import "time"

const (
	// pathMargin is the rate after the path was blocked, as a part of the one that it is
	// known to have forwarded.
	pathMargin = 0.9
	// The rate is raised after growAfter without loss, or as long as the path was
	// blocked: by fastGrowth while it is below half the rate that blocked the path, then
	// by slowGrowth. It is not while more than one in growLoss of the canaries fail.
	growAfter  = 2 * time.Second
	fastGrowth = 2
	slowGrowth = 1.05
	growLoss   = 8
	// slowDown is the minimum part of the rate that is left after the path was blocked
	// for less than growAfter.
	slowDown = 0.7
	// pathMemory is the maximum time over which the rate is measured.
	pathMemory = 2 * time.Minute
)

// throttle limits the rate of all probes once the path was blocked. A connection table of n entries that are kept for a time t forwards n ÷ t
// probes per second: as many as were sent from when it was empty until it was full,
// divided by the time until it forwarded some again.
type throttle struct {
	began   Time  // of the measurement
	base    int64 // probes sent by then
	passed  int64 // by the latest reply to a canary
	blocked int64 // by the first failure that no reply followed

	pace     ceiling // no limit: the path was never blocked
	schedule schedule
	top      float64       // rate that blocked the path
	lowest   float64       // rate that was set
	every    time.Duration // after which the rate may be raised
	grow     Time          // when it may be next
	bound    bool          // the rate has held something back since it was set
	tried    int           // canaries since then
	missed   int           // of these, the ones that failed
}

// notePassed records that a canary was replied to when a number of probes was sent.
func (t *throttle) notePassed(now Time, sent int64) {
	t.passed = sent
	if now.Sub(t.began) > pathMemory {
		t.began += (now - t.began) / 2
		t.base += (sent - t.base) / 2
	}
}

// set limits the rate after the path was blocked for a time.
func (t *throttle) set(now Time, blocked time.Duration) {
	took := max(now.Sub(t.began), time.Second).Seconds()
	t.top = float64(t.blocked-t.base) / took
	rate := pathMargin * max(float64(t.passed-t.base)/took, t.top/2)
	if t.pace.rate > 0 && blocked < growAfter { // it was not empty at the beginning
		rate = max(rate, t.pace.rate*slowDown)
	}
	if t.lowest == 0 || rate < t.lowest {
		t.lowest = max(rate, 1)
	}
	t.every = max(t.every, growAfter, blocked)
	t.change(now, rate)
}

func (t *throttle) change(now Time, rate float64) {
	t.pace = newCeiling(min(max(rate, 1), noPace))
	t.grow = now.Add(t.every)
	t.bound, t.tried, t.missed = false, 0, 0
}

// allow reports whether a probe may be sent, or else when. clear is set if the path is.
func (t *throttle) allow(now Time, clear bool) (ok bool, next Time) {
	if clear && t.bound && now >= t.grow {
		rate := t.pace.rate
		switch {
		case t.missed*growLoss > t.tried:
		case rate < t.top/2:
			rate *= fastGrowth
		default:
			rate *= slowGrowth
		}
		t.change(now, rate)
	}
	got, next := t.pace.allow(&t.schedule, now, 1)
	t.bound = t.bound || got == 0
	return got == 1, next
}

// cancel takes back a probe that was allowed and not sent.
func (t *throttle) cancel() { t.pace.cancel(&t.schedule) }
