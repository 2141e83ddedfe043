package probe

import (
	"math"
	"time"

	"portkit/pkg/endpoint"
)

const (
	// witnessGap is the maximum time between two probes that were replied to, for the
	// probes sent between them to be evidence of silence.
	witnessGap = time.Second
	// canaryShare is the interval of canaries as a part of that gap.
	canaryShare = 0.9
	// canaryBurst is how many canaries may follow each other at once.
	canaryBurst = 2
	// maxCanaries is how many endpoints are asked in one round.
	maxCanaries = 3
	// slowGap is the gap, in intervals of a pace or of --host-rate, at an address that
	// is probed slowly: canaries take at most about a tenth of its probes.
	slowGap = 10
	// delayedGap is by how many times the delay of canaries the gap is longer, up to
	// maxGap: the probes between two canaries are delayed as well.
	delayedGap = 4
	maxGap     = 30 * time.Second
	// limitedGap is the gap at an address that limits its ICMP errors to one per
	// second.
	limitedGap = 3 * time.Second
	// An address that was dark a moment ago may be so again, for less than witnessGap:
	// the gap is darkGap until minRelapse after it, longer after a long time in the
	// dark, at most maxRelapse.
	darkGap    = 100 * time.Millisecond
	minRelapse = 2 * time.Second
	maxRelapse = 10 * time.Second
	// suspiciousMisses is the evidence that an address has stopped replying which is
	// checked by a canary at once: the probability that it is up and left its latest
	// first probes unanswered is below e to the power of minus this.
	suspiciousMisses = 7
	// priorTimeouts is how many timeouts are added to the ones counted, so that a few
	// replies do not promise more.
	priorTimeouts = 32
	// An address is checked by one canary each checkPause, after those of all kinds at
	// once. It is lost after lostRounds, at least minSilence after the first canary that
	// failed.
	checkPause = 100 * time.Millisecond
	lostRounds = 3
	// A lost address is checked after pauses that grow from lostPause by half, up to
	// maxLostPause. Once --lost-patience is over, and a canary of its last seconds has
	// failed, it is checked every gonePause, if endpoints of it are to be probed.
	lostPause    = time.Second
	maxLostPause = 4 * time.Second
	gonePause    = 30 * time.Second
	// refusedPause is how long no canary is tried after this machine has refused one.
	refusedPause = time.Second
)

// witness decides whether an address replies at all. From that follows whether the silence
// of one of its ports is evidence (spans), and when the next canary is sent: another probe
// to an endpoint that has replied.
type witness struct {
	spans

	known     [kinds][2]known // endpoints that replied, by kind; the latest first
	recent    kind            // of the latest reply
	count     uint8           // canaries sent, modulo 256
	canary    Time            // when the latest canary was chosen
	delay     time.Duration   // from then until it was sent: other limits hold back probes
	credit    Time            // canaries are allowed from then on, but for a burst
	before    bool            // an endpoint that is probed again waits for a canary
	sightings int             // of what shows whether it replies
	waiting   int             // endpoints that wait only for a witness
	waiters   uint64          // their workers, as bits
	woken     Time            // when these were last woken
	stopped   uint32          // probes sent to the address before the latest reply

	firsts level // first probes, and the ones replied to
	missed int   // timeouts of first probes since the latest reply

	state      liveness
	since      Time // when the first canary that failed was sent
	fails      int  // canaries that failed since
	rounds     int  // of canaries since
	check      Time // of the next round
	lost       Time // when it was taken for lost
	lostNumber int  // among the addresses that were given up, from 1; 0: it was not
	back       Time // when it last replied again
	refused    Time // until then endpoints are probed without a canary before, since this machine refuses canaries
	dark       span // the latest time in which it did not reply
	relapse    Time // until then it may be dark again
}

func newWitness(sent span) *witness { return &witness{spans: newSpans(sent)} }

// liveness is whether an address replies.
type liveness uint8

const (
	alive   liveness = iota
	suspect          // a canary has failed: others are sent, and no other probes
	lost             // all have failed; it may come back
	gone             // it did not come back
)

// kind is a kind of endpoint that replies.
type kind uint8

const (
	kindNone   kind = iota
	kindOpen        // a SYN-ACK or a datagram
	kindClosed      // a reset or port-unreachable error of the address itself
	kindOther       // another ICMP error
	kinds
)

// known is an endpoint that has replied.
type known struct {
	port     uint16
	n        uint8 // number of the probe replied to
	variants uint8
}

// kindOf returns the kind of endpoint that a reply shows; kindNone if the reply does not
// show that the address is up.
func kindOf(j *Job, r endpoint.Reason) kind {
	switch r {
	case endpoint.SynAck, endpoint.UDPResponse:
		return kindOpen
	case endpoint.ConnRefused, endpoint.Reset:
		return kindClosed
	case endpoint.HostUnreach, endpoint.NetUnreach, endpoint.TimeExceeded:
		return kindNone
	case endpoint.PortUnreach:
		if !j.Relayed && j.Proto == endpoint.UDP {
			return kindClosed
		}
	}
	return kindOther
}

// limits are what the gap of an address depends on.
type limits struct {
	pace    ceiling // of its probes
	icmp    bool    // it limits its ICMP errors
	resets  bool    // it limits its replies
	rto     time.Duration
	due     int           // canaries without a reply that prove it lost; set unless it is alive
	patient time.Duration // --lost-patience
	jobs    int           // unsettled
	repeat  time.Duration // a canary may be replied to only after this time, when the system repeats it
	sent    Time          // latest probe other than a canary
}

// gap returns the maximum time between two witnesses.
func (x *witness) gap(now Time, l *limits) time.Duration {
	gap := witnessGap
	if now < x.relapse {
		gap = max(darkGap, 2*l.rto)
	}
	if l.icmp {
		gap = limitedGap
	}
	if l.pace.rate > 0 {
		gap = max(gap, time.Duration(slowGap*float64(time.Second)/l.pace.rate))
	}
	return min(gap+delayedGap*x.delay, max(gap, maxGap))
}

// every returns the interval of canaries.
func (x *witness) every(now Time, l *limits) time.Duration {
	return time.Duration(canaryShare * float64(x.gap(now, l)))
}

// noteReply records a reply to the probe sent in a span: that is longer than a moment if
// the system has retransmitted the probe. It returns whether the address had stopped
// replying until then.
func (x *witness) noteReply(now Time, sent span, l *limits) (back bool) {
	x.missed = 0
	x.spans.noteReply(sent, x.gap(now, l))
	if x.state == alive || sent.from <= x.since {
		return false
	}
	x.recover(now, sent.from, l)
	return true
}

// recover ends the time in which the address was not alive, with a reply to a probe sent
// at sent.
func (x *witness) recover(now, sent Time, l *limits) {
	if x.fails >= l.darkAfter() {
		x.dark = span{x.since, sent}
		x.relapse = now.Add(min(max(minRelapse, 2*sent.Sub(x.since)), maxRelapse))
	}
	x.state, x.fails, x.rounds, x.lost, x.back = alive, 0, 0, 0, now
}

// darkAfter returns the number of canaries in a row that loss alone rarely takes.
func (l *limits) darkAfter() int { return max(2, l.due/3) }

// noteCanary records a canary sent at now. It reports whether endpoints wait for it.
func (x *witness) noteCanary(now Time, l *limits) (before bool) {
	before, x.before = x.before, false
	x.delay = max(now.Sub(x.canary), x.delay-x.delay/8)
	x.spans.noteCanary(span{now, now.Add(l.repeat)}, x.gap(now, l))
	return before
}

// noteFailure records at now that a canary, chosen and sent at some times, was not replied
// to in time.
func (x *witness) noteFailure(now, chosen, sent Time, l *limits) {
	if !x.spans.noteFailure(sent, x.gap(now, l)) {
		return
	}
	if x.state == alive {
		if chosen <= x.back {
			return // another canary of its round was replied to
		}
		x.state, x.since, x.fails, x.rounds, x.check = suspect, sent, 0, 1, now
	}
	x.fails++
}

// suspicious reports whether the timeouts since the latest reply make it likely that the
// address has stopped replying. One that replied to a of n first probes leaves m more
// unanswered with a probability of about (n ÷ (n + m))^a.
func (x *witness) suspicious() bool {
	tried := float64(x.firsts.sent) - float64(x.missed) + priorTimeouts
	return x.missed > 0 && float64(x.firsts.replied)*math.Log1p(float64(x.missed)/max(tried, 1)) >= suspiciousMisses
}

// noteFirst records that a first probe sent at sent was replied to, or has timed out.
func (x *witness) noteFirst(sent Time, replied bool) {
	if x.firsts.sent++; x.firsts.sent > recentMemory {
		x.firsts = level{x.firsts.sent / 2, x.firsts.replied / 2}
	}
	switch {
	case replied:
		x.firsts.replied++
		x.missed = 0
	case sent > x.replied[0].to:
		x.missed++
	}
}

// wanted returns when the next canary is to be sent; Never if none is.
func (x *witness) wanted(now Time, l *limits) Time {
	switch x.state {
	case suspect, lost:
		return x.check
	case gone:
		return Never
	}
	if l.sent <= max(x.latest(), x.canary) && !x.before {
		return Never
	}
	every := x.every(now, l)
	allowed := x.credit.Add(-time.Duration(canaryBurst-1) * every)
	checks := x.credit <= now && x.suspicious() // of the burst, one is kept for the conclusions
	if checks || x.before || x.waiting > 0 && x.waiting >= l.jobs {
		return max(allowed, now)
	}
	return max(allowed, max(x.latest(), x.canary).Add(every))
}

// next returns the endpoints to send a canary to at now, at most one of each kind and
// another, and when to ask again; Never if not before something else happens. changed
// reports that the address is given up.
func (x *witness) next(now Time, l *limits) (to []known, again Time, changed bool) {
	at := x.wanted(now, l)
	if at > now {
		return nil, at, false
	}
	x.canary = now
	if x.state == alive {
		every := x.every(now, l)
		x.credit = max(x.credit, now).Add(every)
		return x.candidates(l)[:1], now.Add(every), false
	}
	x.rounds++
	if x.state == suspect && x.fails >= l.due && x.rounds > lostRounds && now.Sub(x.since) >= max(minSilence, x.gap(now, l)) {
		x.state, x.lost, x.rounds = lost, now, 0
	}
	if x.state == lost {
		if now.Sub(x.lost) >= l.patient && x.failed >= x.lost.Add(l.patient-2*maxLostPause) {
			x.state, x.check = gone, now.Add(gonePause)
			return nil, Never, true
		}
		pause := min(time.Duration(float64(lostPause)*math.Pow(1.5, float64(x.rounds))), maxLostPause)
		x.check = min(now.Add(pause), max(x.lost.Add(l.patient), now.Add(l.rto)))
	} else {
		x.check = now.Add(max(checkPause, l.rto))
	}
	all := x.candidates(l)
	if x.rounds == 2 && len(all) > 1 {
		return all[1:], x.check, false // the first has just failed
	}
	i := x.rounds % len(all)
	return all[i : i+1], x.check, false
}

// askAgain reports whether an address that was given up may be checked once more.
func (x *witness) askAgain(now Time) bool {
	if x.state != gone || now < x.check {
		return false
	}
	x.check, x.canary = now.Add(gonePause), now
	return true
}

// candidates returns the endpoints for canaries in the order of preference: the one that
// replied most recently, or an open one where other replies are limited; then those of
// the other kinds, unless they are limited, and another of the same kind.
func (x *witness) candidates(l *limits) (all []known) {
	first := x.recent
	if x.known[kindOpen][0].port != 0 && (l.resets || l.icmp || first == kindOther) {
		first = kindOpen
	}
	all = append(all, x.known[first][0])
	for k := kindOpen; k < kinds && !(first == kindOpen && (l.resets || l.icmp)); k++ {
		if k != first && x.known[k][0].port != 0 {
			all = append(all, x.known[k][0])
		}
	}
	if p := x.known[first][1]; p.port != 0 {
		all = append(all, p)
	}
	return all[:min(len(all), maxCanaries)]
}

// sight records that something has shown whether the address replies. It returns the
// workers with endpoints that waited for that, once.
func (x *witness) sight() (wake uint64) {
	x.sightings++
	wake, x.waiters = x.waiters, 0
	return wake
}

// learn records that an endpoint replied.
func (x *witness) learn(k kind, p known) {
	x.recent = k
	of := &x.known[k]
	if of[0].port != p.port {
		of[1] = of[0]
	}
	of[0] = p
}
