package probe

import "time"

const (
	// minRcvLimit is the minimum of rcvLimit.most.
	minRcvLimit = 64
	// rcvLimitPause is the time in which all drops count as one: everything that is
	// outstanding at its start may be replied to at once.
	rcvLimitPause = 100 * time.Millisecond
)

// rcvLimit limits a worker's outstanding endpoints by the replies that this machine can
// receive. It is halved when the kernel dropped replies for lack of buffers, and grows
// by an eighth when as many as it allows were received (additive increase and
// multiplicative decrease, RFC 5681 section 3.1). Dropped replies look like loss, and
// are retransmitted for like any other.
type rcvLimit struct {
	most    int    // outstanding endpoints
	dropped uint64 // replies, so far
	credit  int    // replies received since most was last raised
	until   Time   // further drops until then have lowered most already
}

// note records at now the number of replies dropped so far and of those received by a
// poll, n. inFlight endpoints are outstanding, of at most room.
func (l *rcvLimit) note(now Time, dropped uint64, inFlight, n, room int) {
	if dropped != l.dropped {
		l.dropped, l.credit = dropped, 0
		if now >= l.until {
			l.most = min(l.most, max(min(l.most, inFlight+n)/2, minRcvLimit))
			l.until = now.Add(rcvLimitPause)
		}
		return
	}
	if l.most >= room || n == 0 {
		return
	}
	if l.credit += n; l.credit >= l.most {
		l.credit = 0
		l.most = min(l.most+l.most/8+1, room)
	}
}
