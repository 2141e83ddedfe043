package probe

import (
	"math"
	"time"
)

const (
	// blackoutAfter is how unlikely it must be that an address which is there left
	// its latest first attempts unanswered: one in e to that power.
	blackoutAfter = 20
	// doubts is how many unanswered attempts an address is given in advance, so
	// that a few answers do not promise more.
	doubts = 32
	// blackoutPatience is how long a dark address is waited for.
	blackoutPatience = 10 * time.Second
	// blackoutProbe is how often it is asked meanwhile, and darkProbes how often at
	// least: time that passes while nothing is asked is no patience.
	blackoutProbe  = 100 * time.Millisecond
	blackoutProbes = 20
	// relapse is how long the silence of an address that has been dark before may
	// be another darkness, which nobody sees while only endpoints are asked that
	// it owes already; a longer one if the longest was more than half of that.
	relapse = 2 * time.Second
	// highLoss is the loss of the moment above which silence says nothing: the
	// address is asked more slowly until it falls.
	highLoss = 0.5
	// lossBackoff is the time between two attempts at an endpoint where more than
	// tooLossy is lost: loss comes in bursts, and attempts in one burst are one.
	lossBackoff = 100 * time.Millisecond
	// highLossPatience is how long after an endpoint's first attempt its silence
	// is believed all the same.
	highLossPatience = time.Minute
)

// blackout is an address that used to answer and has stopped. What it does not
// answer meanwhile is no evidence of anything, so it is waited for. Silent ports
// among others do not make an address dark: only what was sent after the latest
// attempt that was answered counts. Of an address that answered a of n attempts,
// m more are left unanswered with a chance of about (n ÷ (n + m))^a.
type blackout struct {
	missed   int           // attempts unanswered since
	answered float64       // first attempts that had been answered until then
	tried    float64       // of so many
	lost     float64       // loss of the moment, then
	latest   Time          // when the latest attempt that was answered was sent
	since    Time          // it has been dark since; 0: it is not
	probe    Time          // it is asked again then
	probes   int           // so often it was asked since
	longest  time.Duration // of those that have ended
}

// noteTimeout notes that an attempt sent at a time was not answered by now. It returns
// true when a dark address has been waited for long enough.
func (d *blackout) noteTimeout(now, sent Time) (over bool) {
	if sent <= d.latest {
		return false
	}
	d.missed++
	if d.since == 0 && d.answered*math.Log1p(float64(d.missed)/d.tried) >= blackoutAfter {
		d.since, d.probe, d.probes = now, now, 0
	}
	return d.since != 0 && now.Sub(d.since) > blackoutPatience && d.probes >= blackoutProbes
}

// noteReply notes that an attempt sent at a time was answered, at an address that
// answers first attempts as r says.
func (d *blackout) noteReply(now, sent Time, r *recent) {
	first := r.first()
	*d = blackout{
		latest: max(d.latest, sent), lost: r.loss(now), longest: d.longest,
		answered: float64(first.answered), tried: float64(first.sent) + doubts,
	}
}

// recover notes that a dark address has answered an attempt sent at a time.
func (d *blackout) recover(sent Time) {
	d.longest = max(d.longest, sent.Sub(d.latest))
	d.missed, d.since, d.latest = 0, 0, max(d.latest, sent)
}

// doubt is until when the silence of what was sent after the latest attempt that
// was answered may be another darkness; 0 at an address that was never dark.
func (d *blackout) doubt() Time {
	if d.longest == 0 {
		return 0
	}
	return d.latest.Add(min(max(relapse, 2*d.longest), blackoutPatience))
}

// allow says whether a dark address may be asked at now, or when.
func (d *blackout) allow(now Time) (ok bool, next Time) {
	if now < d.probe {
		return false, d.probe
	}
	d.probe = now.Add(blackoutProbe)
	d.probes++
	return true, 0
}
