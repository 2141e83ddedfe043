package probe

import "time"

const (
	// startWindow is how many endpoints may wait at an address that was not
	// heard from yet.
	startWindow = 128
	// congestedLoss is the loss of the moment above which an address may have been
	// asked too fast. Whether that is so is tried.
	congestedLoss = 0.25
	// A rate is told from epochAnswers, or from the fewAnswers that come in
	// slowEpoch.
	epochAnswers = 50
	fewAnswers   = 10
	slowEpoch    = 2 * time.Second
	// trialPause is how long a loss that did not depend on the window is put up with
	// until the next trial.
	trialPause = 500 * time.Millisecond
	// headroom is how much faster than it answers a target that limits its
	// answers is asked.
	headroom = 1.25
	// faster and slower are by how much a pace is raised and lowered on trial,
	// gain and keep the part of the answers a second that must come then for it
	// to stay so.
	faster, gain = 1.5, 1.2
	slower, keep = 1 / 1.5, 0.85
	// noPace is a pace that need not be kept.
	noPace = 100_000
)

// window is how many endpoints may wait for an answer at one address at once,
// and, for a target that limits its answers, how fast it is asked. The window
// opens with every answer. When much is lost it is halved on trial: if the
// answers then come as fast as before, it is the target that limits them, and
// it is asked little faster than it answers; if they come more slowly, the loss
// is not of our making. Such a pace is raised and lowered on trial in the same
// way.
type window struct {
	inFlight int     // endpoints that wait now
	size     float64 // how many may
	most     float64 // the ceiling on size

	epoch      Time    // when the present epoch began
	answers    int     // in the present epoch
	bound      bool    // the window, or the pace, held something back in it
	peak       int     // the most that waited at once in it
	trial      trial   // what is tried in it
	rate       float64 // answers a second in the epoch before the trial
	before     float64 // the size or the pace before the trial
	futile     bool    // the latest trial of a slower pace cost answers
	trialPause Time    // no trial until

	pace     ceiling  // of a target that limits its answers; none: rate 0
	schedule schedule // of pace
}

// trial is what is tried in an epoch.
type trial uint8

const (
	noTrial trial = iota
	halfWindow
	slowerPace
	fasterPace
)

func newWindow(most int) window {
	return window{size: min(startWindow, float64(most)), most: float64(most)}
}

func (w *window) full() bool {
	full := w.inFlight >= int(w.size)
	w.bound = w.bound || full
	return full
}

// acquire takes a place.
func (w *window) acquire() {
	w.inFlight++
	w.peak = max(w.peak, w.inFlight)
}

// allow says whether the pace lets an attempt through at now, or when.
func (w *window) allow(now Time) (ok bool, next Time) {
	if w.pace.rate == 0 {
		return true, 0
	}
	got, next := w.pace.allow(&w.schedule, now, 1)
	w.bound = w.bound || got == 0
	return got == 1, next
}

// noteReply notes an answer at a time when a part loss of the attempts is lost.
// It returns true when what was seen so far says nothing about what comes: the
// pace is another.
func (w *window) noteReply(now Time, loss float64, rto time.Duration) (changed bool) {
	if w.epoch == 0 {
		w.epoch = now
	}
	w.answers++
	took := now.Sub(w.epoch)
	if w.answers >= epochAnswers && took >= 2*rto || w.answers >= fewAnswers && took >= slowEpoch {
		rate := float64(w.answers) / took.Seconds()
		if w.trial != noTrial {
			changed = w.endTrial(rate)
			w.trialPause = now.Add(trialPause)
		} else if now >= w.trialPause {
			w.beginTrial(rate, loss)
		}
		w.epoch, w.answers, w.bound, w.peak = now, 0, false, w.inFlight
	}
	if loss <= congestedLoss && w.trial != halfWindow {
		w.open(1)
	}
	return changed
}

// beginTrial tries another window or pace for an epoch, after one in which so
// many answers a second came.
func (w *window) beginTrial(rate, loss float64) {
	w.rate = rate
	paced := w.pace.rate != 0
	switch {
	case !paced && loss > congestedLoss && w.peak >= 2:
		w.trial, w.before = halfWindow, w.size
		w.size = float64(w.peak) / 2
	case paced && loss > congestedLoss && !w.futile:
		w.trial, w.before = slowerPace, w.pace.rate
		w.setPace(w.before * slower)
	case paced && w.bound:
		w.trial, w.before = fasterPace, w.pace.rate
		w.setPace(w.before * faster)
		w.futile = false
	}
}

// endTrial judges what was tried in an epoch in which so many answers a second
// came. It returns true when it stays so.
func (w *window) endTrial(rate float64) (stays bool) {
	tried, before := w.trial, w.before
	w.trial, w.before = noTrial, 0
	switch tried {
	case halfWindow:
		w.size = before
		if stays = w.bound && rate >= keep*w.rate; stays {
			w.setPace(rate * headroom)
		}
	case slowerPace:
		if stays = rate >= keep*w.rate; !stays {
			w.futile = true
			w.setPace(before)
		}
	case fasterPace:
		if stays = rate >= gain*w.rate; !stays {
			w.setPace(before)
		}
	}
	return stays
}

// setPace asks the address so many times a second from now on.
func (w *window) setPace(rate float64) {
	if rate >= noPace {
		rate = 0
	} else {
		rate = max(rate, 1)
	}
	w.pace = newCeiling(rate)
}

// noteTimeout opens the window too while little is lost: ports that are
// filtered must not make their host slow.
func (w *window) noteTimeout(loss float64) {
	if loss <= congestedLoss && w.trial != halfWindow {
		w.open(0.5)
	}
}

func (w *window) open(by float64) { w.size = min(w.size+by, w.most) }
