package probe

import "time"

const (
	// maxLevels is the number of probes of one endpoint that are told apart.
	maxLevels = 32
	// recentMemory is how many probes are remembered. More are, up to recentMost,
	// until recentReplies of them were replied to: where nearly everything is lost,
	// few probes tell nothing.
	recentMemory  = 512
	recentReplies = 64
	recentMost    = 1 << 15
	// recentFor is how long they describe the present.
	recentFor = 5 * time.Second
	// highLoss is the loss of the moment above which timeouts are not evidence: the
	// address is probed more slowly until it falls.
	highLoss = 0.5
	// lossBackoff is the pause between two probes of an endpoint at a loss above
	// congestedLoss: losses come in bursts, and probes in one burst count as one.
	lossBackoff = 100 * time.Millisecond
	// highLossPatience is how long after its first probe an endpoint's timeouts are
	// evidence in spite of high loss.
	highLossPatience = time.Minute
)

// recent measures the loss of the moment at an address from its latest probes: first
// ones, second ones and so on separately. If a part α of the endpoints replies and a
// part p of the packets is lost, α(1−p) of the first probes are replied to and
// αp(1−p) of the second, out of the αp + (1−α) that are sent. The ratio of the two is
// p, and so on from each level to the next, whatever the number of silent ports.
// Counting endpoints that replied in the end would come too late: at a high loss those
// that need many probes have not replied yet.
type recent struct {
	levels       []level // of first probes, second ones and so on
	all, replied float32 // probes, and those replied to
	at           Time    // of the latest
	faded        Time    // when the older ones were last halved
}

// level counts the probes of one number.
type level struct{ sent, replied float32 }

// add records that probe n was replied to in time, or has timed out, by now. rto is the
// timeout.
func (r *recent) add(now Time, n int, replied bool, rto time.Duration) {
	if n < 1 || n > maxLevels {
		return
	}
	for len(r.levels) < n {
		r.levels = append(r.levels, level{})
	}
	r.at = now
	r.all++
	r.levels[n-1].sent++
	if replied {
		r.replied++
		r.levels[n-1].replied++
	}
	// The timeouts of a burst come alone, after its replies: these are kept for them.
	if r.all > recentMemory && r.replied > recentReplies && now.Sub(r.faded) >= 2*rto || r.all > recentMost {
		r.fade(now)
	}
}

// fade halves the weight of what was recorded.
func (r *recent) fade(now Time) {
	r.faded = now
	r.all /= 2
	r.replied /= 2
	for i := range r.levels {
		r.levels[i].sent /= 2
		r.levels[i].replied /= 2
	}
}

// late records a reply to probe n that came after the timeouts of all probes up to
// over: n was not lost, and those after it were not needed.
func (r *recent) late(n, over int) {
	for i := max(n, 1); i <= min(over, len(r.levels)); i++ {
		l := &r.levels[i-1]
		if i == n {
			l.replied = min(l.replied+1, l.sent)
		} else {
			l.sent = max(l.sent-1, l.replied)
		}
	}
}

// first returns the level of first probes.
func (r *recent) first() level {
	if len(r.levels) == 0 {
		return level{}
	}
	return r.levels[0]
}

// loss returns the part of the probes that is lost at the moment; 0 while too few were
// sent to tell.
func (r *recent) loss(now Time) float64 {
	if now.Sub(r.at) > recentFor {
		return 0
	}
	var replied, next, retransmits float32
	for n := 1; n < len(r.levels); n++ {
		before, l := r.levels[n-1], r.levels[n]
		if l.sent < 1 {
			continue
		}
		replied += before.replied
		next += l.replied * (before.sent - before.replied) / l.sent
		retransmits += l.replied
	}
	if retransmits < 3 {
		return 0
	}
	return float64(min(next/max(replied, 0.1), 1))
}
