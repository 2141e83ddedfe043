package probe

import "time"

// yield paces the retries at an address, or a group of addresses, by the rate of
// recent ICMP errors.
type yield struct {
	last Time // arrival of the latest error

	epoch           Time // start of the current epoch
	count, before   int  // errors in it, and in the one before
	most            int  // maximum of errors in one epoch
	retries         int  // in the current epoch
	rejectedRetries int  // of these
	pace            ceiling
	schedule        schedule
}

// minRate returns the errors per second that the limit certainly allows; 0 if unknown.
func (y *yield) minRate() int {
	if y.most < 2*rejectionBurst {
		return 0
	}
	return y.most - rejectionBurst
}

// allow reports whether a retry may be sent at now, or else when.
func (y *yield) allow(now Time) (ok bool, next Time) {
	got, next := y.pace.allow(&y.schedule, now, 1)
	y.retries += got
	return got == 1, next
}

// cancel takes back a retry that was allowed and not sent.
func (y *yield) cancel() {
	y.pace.cancel(&y.schedule)
	y.retries = max(y.retries-1, 0)
}

// tick ends the epoch after its duration, and sets the pace of retries by its
// errors, at least minPace per second. prob is the probability that a retry of a group
// is rejected, or unknown, or alone. It reports whether the epoch has ended.
func (y *yield) tick(now Time, prob, minPace float64) (ended bool) {
	took := now - y.epoch
	if took < rejectionEpoch {
		return false
	}
	p := pacing{
		pace: y.pace.rate, rate: float64(y.count) / took.Sub(0).Seconds(), minRate: float64(y.minRate()),
		retries: y.retries, rejected: y.rejectedRetries, prob: prob, minPace: minPace,
	}
	y.setPace(p.next())
	y.before = y.count
	if took >= 2*rejectionEpoch {
		y.before = 0
	}
	y.epoch, y.count, y.retries, y.rejectedRetries = now, 0, 0, 0
	return true
}

func (y *yield) setPace(rate float64) {
	if rate >= noPace {
		rate = 0
	}
	y.pace = newCeiling(rate)
}

// noteError records an error that arrived at now, for a retry or not.
func (y *yield) noteError(now Time, retry bool) {
	y.last = max(y.last, now)
	y.count++
	y.most = max(y.most, y.count)
	if retry {
		y.rejectedRetries++
	}
}

// exhaustedBy reports whether the limit may explain that the probe sent at sent was not
// rejected: the latest error arrived at last, less than every before it. A limit above
// one per second does not, if few errors arrived recently.
func (y *yield) exhaustedBy(last Time, every time.Duration, sent Time) bool {
	return last != 0 && sent < last.Add(every) && y.before+y.count >= y.minRate()/2
}

// alone and unknown are values of pacing.prob: there is no group, or there were too few
// retries to estimate it.
const (
	alone   = -2.0
	unknown = -1.0
)

// pacing is the input of the pace of retries.
type pacing struct {
	pace     float64 // retries per second until now; 0: any number
	rate     float64 // errors per second in the epoch
	minRate  float64 // errors per second that the limit certainly allows
	retries  int     // in the epoch
	rejected int     // of these
	minPace  float64
	prob     float64 // that a retry in a group is rejected; alone, unknown
}

// next returns the pace for the next epoch. If no retry was rejected, the remaining
// endpoints may be silent. A group slows down by at most half, because few of its
// addresses may exist, and not at all while most retries are rejected.
func (p pacing) next() float64 {
	byRate := max(p.minPace, rejectionSurplus*max(p.rate, p.minRate))
	switch {
	case p.retries == 0:
		return p.pace
	case p.rejected == 0 || p.prob >= evenChance:
		return 2 * p.pace
	case p.prob == alone:
		return byRate
	}
	return max(byRate, p.pace/2)
}
