package probe

import "time"

// yield paces the retries at an address, or a group of addresses, by the rate of
// recent ICMP errors.
type yield struct {
	last Time // arrival of the latest error

	epoch         Time // start of the current epoch
	count, before int  // errors in it, and in the one before
	most          int  // errors in one epoch
	asked, met    int  // in it, attempts made again, and of them those answered
	pace          ceiling
	schedule      schedule
}

// sure returns the number of errors per second that the limit certainly allows; 0
// if unknown.
func (y *yield) sure() int {
	if y.most < 2*rejectionBurst {
		return 0
	}
	return y.most - rejectionBurst
}

// allow reports whether a retry may be sent at now, or else when.
func (y *yield) allow(now Time) (ok bool, next Time) {
	got, next := y.pace.allow(&y.schedule, now, 1)
	y.asked += got
	return got == 1, next
}

// cancel takes back a retry that was allowed and not sent.
func (y *yield) cancel() {
	y.pace.cancel(&y.schedule)
	y.asked = max(y.asked-1, 0)
}

// tick ends the epoch after its duration, and sets the pace of retries by its
// errors, at least least per second. win is the probability that a retry of a
// group is rejected, or unknown.
func (y *yield) tick(now Time, win, least float64) {
	took := now - y.epoch
	if took < rejectionEpoch {
		return
	}
	p := pacing{
		pace: y.pace.rate, rate: float64(y.count) / took.Sub(0).Seconds(), sure: float64(y.sure()),
		asked: y.asked, met: y.met, win: win, least: least,
	}
	y.setPace(p.next())
	y.before = y.count
	if took >= 2*rejectionEpoch {
		y.before = 0
	}
	y.epoch, y.count, y.asked, y.met = now, 0, 0, 0
}

func (y *yield) setPace(rate float64) {
	if rate >= noPace {
		rate = 0
	}
	y.pace = newCeiling(rate)
}

// came counts an error that arrived at now, for a retry or a first attempt.
func (y *yield) came(now Time, again bool) {
	y.last = max(y.last, now)
	y.count++
	y.most = max(y.most, y.count)
	if again {
		y.met++
	}
}

// exhaustedBy reports whether the limit may explain that the attempt at sent was
// not rejected: the latest error arrived at last, less than every before. A limit
// above one per second does not, if few errors arrived recently.
func (y *yield) exhaustedBy(last Time, every time.Duration, sent Time) bool {
	return last != 0 && sent < last.Add(every) && y.before+y.count >= y.sure()/2
}

// alone and unknown are values of pacing.win: there is no group, or there were too
// few attempts to estimate.
const (
	alone   = -2.0
	unknown = -1.0
)

// pacing is the input of the pace of retries.
type pacing struct {
	pace       float64 // attempts per second until now; 0: any number
	rate, sure float64 // errors per second: in the epoch, and at the least
	asked, met int     // attempts made again in the epoch, and of them those answered
	least      float64 // the lowest pace
	win        float64 // chance of an attempt in a group; alone, unknown
}

// next returns the pace for the next epoch. If no retry was rejected, the remaining
// endpoints may be silent. A group slows down by at most half, because few of its
// addresses may exist, and not at all while most retries are rejected.
func (p pacing) next() float64 {
	byRate := max(p.least, rejectionSurplus*max(p.rate, p.sure))
	switch {
	case p.asked == 0:
		return p.pace
	case p.met == 0 || p.win >= evenChance:
		return 2 * p.pace
	case p.win == alone:
		return byRate
	}
	return max(byRate, p.pace/2)
}
