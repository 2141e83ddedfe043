package probe

import "time"

const (
	// minRcvLimit is how many endpoints of a worker may wait at least.
	minRcvLimit = 64
	// rcvLimitPause is the time in which drops count as one: what waits when it
	// begins may all answer at once.
	rcvLimitPause = 100 * time.Millisecond
)

// rcvLimit is how many of a worker's endpoints may wait for an answer, by how many
// answers this machine can take: fewer by half when the kernel had no room for
// some, and more again by a part of what it takes since (the additive increase and
// multiplicative decrease of RFC 5681 section 3.1). What was dropped looks like
// loss, and is asked again like any other.
type rcvLimit struct {
	most    int    // endpoints that may wait
	dropped uint64 // answers, so far
	credit  int    // answers taken since most was raised last
	until   Time   // drops are of the time before most was lowered
}

// note notes at now that so many answers have been dropped so far, and that n more
// were taken; held endpoints wait, of which there is room for so many.
func (i *rcvLimit) note(now Time, dropped uint64, held, n, room int) {
	if dropped != i.dropped {
		i.dropped, i.credit = dropped, 0
		if now >= i.until {
			i.most = min(i.most, max(min(i.most, held+n)/2, minRcvLimit))
			i.until = now.Add(rcvLimitPause)
		}
		return
	}
	if i.most >= room || n == 0 {
		return
	}
	if i.credit += n; i.credit >= i.most {
		i.credit = 0
		i.most = min(i.most+i.most/8+1, room)
	}
}
