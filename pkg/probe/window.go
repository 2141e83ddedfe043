package probe

import "time"

const (
	// startWindow is the window of an address that has not replied yet.
	startWindow = 128
	// silentWindow is the window up to which timeouts open that of an address that has
	// not replied yet, or silentPart of the maximum if that is more: it has shown no loss
	// that would limit it, and may be one host behind a slow link.
	silentWindow = 512
	silentPart   = 1.0 / 8
	// congestedLoss is the loss of the moment above which an address may be probed
	// too fast. A trial decides.
	congestedLoss = 0.25
	// A rate of replies is measured over an epoch of epochReplies, or of fewReplies
	// in slowEpoch.
	epochReplies = 50
	fewReplies   = 10
	slowEpoch    = 2 * time.Second
	// trialPause is the minimum time between trials. It matters where loss turned
	// out not to depend on the window.
	trialPause = 500 * time.Millisecond
	// headroom is the pace, as a multiple of the rate of replies, of an address that
	// limits its replies.
	headroom = 1.25
	// A trial multiplies the pace by faster or slower. It is kept if the rate of
	// replies is then at least gain or keep times the rate before.
	faster, gain = 1.5, 1.2
	slower, keep = 1 / 1.5, 0.85
	// noPace is a pace that no longer limits.
	noPace = 100_000
)

// window limits the outstanding endpoints of one address and, for a target that limits
// its replies, the pace of its probes. Every reply opens the window. At a high loss it
// is halved on trial for an epoch. If replies come as fast as before, the target limits
// them, and its pace is set to little more than their rate. If they come more slowly,
// loss does not depend on our rate, and the window is restored. A pace is raised and
// lowered on trial likewise.
type window struct {
	inFlight int     // endpoints that hold a slot
	size     float64 // maximum of inFlight
	most     float64 // maximum of size

	epoch      Time    // start of the epoch
	replies    int     // in the epoch
	bound      bool    // size or pace has held something back in the epoch
	peak       int     // maximum of inFlight in the epoch
	trial      trial   // of the epoch
	rate       float64 // replies per second in the epoch before the trial
	before     float64 // size or pace before the trial
	futile     bool    // the latest slower pace cost replies
	trialPause Time    // no trial until then

	pace     ceiling // no limit: the target does not limit its replies
	schedule schedule
}

// trial is the change that an epoch tries.
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

// full reports whether there is no free slot.
func (w *window) full() bool {
	full := w.inFlight >= int(w.size)
	w.bound = w.bound || full
	return full
}

// acquire takes a slot.
func (w *window) acquire() {
	w.inFlight++
	w.peak = max(w.peak, w.inFlight)
}

// allow reports whether the pace allows a probe at now, or else when.
func (w *window) allow(now Time) (ok bool, next Time) {
	got, next := w.pace.allow(&w.schedule, now, 1)
	w.bound = w.bound || got == 0
	return got == 1, next
}

// cancel takes back a probe that was allowed and not sent.
func (w *window) cancel() { w.pace.cancel(&w.schedule) }

// noteReply records a reply at a loss of the moment. It reports whether the pace was
// changed for good, so that the loss measured so far does not apply.
func (w *window) noteReply(now Time, loss float64, rto time.Duration) (changed bool) {
	if w.epoch == 0 {
		w.epoch = now
	}
	w.replies++
	took := now.Sub(w.epoch)
	if w.replies >= epochReplies && took >= 2*rto || w.replies >= fewReplies && took >= slowEpoch {
		rate := float64(w.replies) / took.Seconds()
		if w.trial != noTrial {
			changed = w.endTrial(rate)
			w.trialPause = now.Add(trialPause)
		} else if now >= w.trialPause {
			w.beginTrial(rate, loss)
		}
		w.epoch, w.replies, w.bound, w.peak = now, 0, false, w.inFlight
	}
	if loss <= congestedLoss && w.trial != halfWindow {
		w.open(1)
	}
	return changed
}

// beginTrial starts a trial, if one is due, after an epoch with a rate of replies.
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

// endTrial judges a trial by the rate of replies in its epoch. It reports whether the
// change is kept.
func (w *window) endTrial(rate float64) (kept bool) {
	tried, before := w.trial, w.before
	w.trial, w.before = noTrial, 0
	switch tried {
	case halfWindow:
		w.size = before
		if kept = w.bound && rate >= keep*w.rate; kept {
			w.setPace(rate * headroom)
		}
	case slowerPace:
		if kept = rate >= keep*w.rate; !kept {
			w.futile = true
			w.setPace(before)
		}
	case fasterPace:
		if kept = rate >= gain*w.rate; !kept {
			w.setPace(before)
		}
	}
	return kept
}

// setPace sets the pace in probes per second.
func (w *window) setPace(rate float64) {
	if rate >= noPace {
		rate = 0
	} else {
		rate = max(rate, 1)
	}
	w.pace = newCeiling(rate)
}

// noteTimeout opens the window after a timeout too, while little is lost: filtered
// ports must not make their host slow. replied reports whether the address has replied.
func (w *window) noteTimeout(loss float64, replied bool) {
	if !replied && w.size >= max(silentWindow, w.most*silentPart) {
		return
	}
	if loss <= congestedLoss && w.trial != halfWindow {
		w.open(0.5)
	}
}

func (w *window) open(by float64) { w.size = min(w.size+by, w.most) }
