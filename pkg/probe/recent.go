package probe

import "time"

// mostLevels is how many attempts at one endpoint are told apart.
const mostLevels = 32

// recent is how the latest attempts at an address fared, first attempts, second
// ones and so on by themselves. From that the loss of the moment follows even
// where many ports are silent: of endpoints of which a part α answers and
// packets of which a part p is lost, first attempts are answered at α(1−p), and
// second ones, which follow the αp + (1−α) that were not, at αp(1−p) of all;
// the ratio of the two is p, and so on from each attempt to the next. The
// endpoints that answered in the end cannot tell it in time: while much is
// lost, those that needed many attempts have not answered yet.
type recent struct {
	levels     []level // of first attempts, second ones and so on, as far as there were any
	all, heard float32 // of sent, of answered
	at         Time    // of the latest
	faded      Time    // the older ones count half since then
}

// level is how the attempts of one number fared.
type level struct{ sent, answered float32 }

const (
	// recentMemory is how many attempts are remembered, and more, up to
	// recentMost, until recentAnswers of them were answered: where nearly
	// everything is lost, few attempts tell nothing. What was answered is
	// remembered at least until what was not is known: after a burst, which is
	// answered at once, its losses come alone.
	recentMemory  = 512
	recentAnswers = 64
	recentMost    = 1 << 15
	// recentFor is how long they tell of the present.
	recentFor = 5 * time.Second
)

// resolved notes that by now attempt n was answered in its time, or was not; rto
// is how long an answer is waited for.
func (r *recent) resolved(now Time, n int, answered bool, rto time.Duration) {
	if n < 1 || n > mostLevels {
		return
	}
	for len(r.levels) < n {
		r.levels = append(r.levels, level{})
	}
	r.at = now
	r.all++
	r.levels[n-1].sent++
	if answered {
		r.heard++
		r.levels[n-1].answered++
	}
	if r.all > recentMemory && r.heard > recentAnswers && now.Sub(r.faded) >= 2*rto || r.all > recentMost {
		r.faded = now
		r.all /= 2
		r.heard /= 2
		for i := range r.levels {
			r.levels[i].sent /= 2
			r.levels[i].answered /= 2
		}
	}
}

// late notes that attempt n was answered after the timeouts of all up to over: it
// was not lost, and those after it were not needed.
func (r *recent) late(n, over int) {
	for i := max(n, 1); i <= min(over, len(r.levels)); i++ {
		l := &r.levels[i-1]
		if i == n {
			l.answered = min(l.answered+1, l.sent)
		} else {
			l.sent = max(l.sent-1, l.answered)
		}
	}
}

// first is how first attempts fared.
func (r *recent) first() level {
	if len(r.levels) == 0 {
		return level{}
	}
	return r.levels[0]
}

// loss is the part of the attempts that is lost at the moment; 0 while too few
// have been made to tell.
func (r *recent) loss(now Time) float64 {
	if now.Sub(r.at) > recentFor {
		return 0
	}
	var answered, next, again float32
	for n := 1; n < len(r.levels); n++ {
		before, l := r.levels[n-1], r.levels[n]
		if l.sent < 1 {
			continue
		}
		answered += before.answered
		next += l.answered * (before.sent - before.answered) / l.sent
		again += l.answered
	}
	if again < 3 {
		return 0
	}
	return float64(min(next/max(answered, 0.1), 1))
}
