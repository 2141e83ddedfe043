package probe

import "time"

// yield is how fast the attempts made again at an address, or at a group of
// addresses, may be, by the ICMP errors that came lately.
type yield struct {
	last Time // when the latest error came

	epoch         Time // when the present one began
	count, before int  // errors in it, and in the one before
	most          int  // errors in one epoch
	asked, met    int  // in it, attempts made again, and of them those answered
	pace          ceiling
	schedule      schedule
}

// sure is how many errors a second there are to be had at the least; 0 if that
// is not known.
func (y *yield) sure() int {
	if y.most < 2*rejectionBurst {
		return 0
	}
	return y.most - rejectionBurst
}

// take reports whether an attempt made again may be sent at now, or when.
func (y *yield) take(now Time) (ok bool, next Time) {
	got, next := y.pace.take(&y.schedule, now, 1)
	y.asked += got
	return got == 1, next
}

// tick ends the epoch when its time has come, and paces attempts made again by
// what it brought, to least per second. win is the chance of such an attempt at a
// group, or unknown.
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

// came counts an error that came at now, for an attempt that was made again or
// not.
func (y *yield) came(now Time, again bool) {
	y.last = max(y.last, now)
	y.count++
	y.most = max(y.most, y.count)
	if again {
		y.met++
	}
}

// exhaustedBy reports whether an attempt sent at a time may have met no error
// because too many were sent before, the latest at last and less than every
// earlier. Where more than one a second are to be had, it has not if few came
// lately.
func (y *yield) exhaustedBy(last Time, every time.Duration, sent Time) bool {
	return last != 0 && sent < last.Add(every) && y.before+y.count >= y.sure()/2
}

// alone and unknown are what a pacing has for a chance: there is no group, and
// too few attempts to know.
const (
	alone   = -2.0
	unknown = -1.0
)

// pacing is what the pace of attempts made again follows from.
type pacing struct {
	pace       float64 // attempts per second until now; 0: any number
	rate, sure float64 // errors per second: in the epoch, and at the least
	asked, met int     // attempts made again in the epoch, and of them those answered
	least      float64 // the lowest pace
	win        float64 // chance of an attempt in a group; alone, unknown
}

// next is the pace for the next epoch. Where no attempt was answered, what is
// left may well be silent. A group is slowed down by halves, since few of its
// addresses may be there, and not at all while most attempts win.
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
