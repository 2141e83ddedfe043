package probe

import (
	"math"
	"time"
)

const (
	// startTimeout is how long the answer to a first attempt is waited for
	// while the address has not been heard from. RFC 6298 section 2.1 starts
	// at one second; here giving up on an attempt early only costs another
	// attempt, and silence is not believed before quietTime anyway.
	startTimeout = 300 * time.Millisecond
	// minTimeout is the floor under the estimate. It has to cover what the
	// estimate cannot see coming: a scheduler's slice, a collector's pause.
	minTimeout = 25 * time.Millisecond
	// minSilence is the least time from the first attempt at an endpoint to
	// the belief that it is silent, so that a target which is dark for a
	// moment is not taken for a firewall.
	minSilence = time.Second
	// stall is how long a worker may poll nothing until that time counts for
	// none: the process was stopped, the machine suspended.
	stall = 200 * time.Millisecond
)

// estimate is the round trip and its mean deviation in the manner of
// RFC 6298 section 2, without the doubling of section 5.5: pace handles
// congestion here, not patience.
type estimate struct {
	smoothed, deviation time.Duration
}

// add takes one measured round trip (RFC 6298, 2.2 and 2.3).
func (e *estimate) add(rtt time.Duration) {
	rtt = max(rtt, 1)
	if e.smoothed == 0 {
		e.smoothed, e.deviation = rtt, rtt/2
		return
	}
	e.deviation += ((e.smoothed - rtt).Abs() - e.deviation) / 4
	e.smoothed += (rtt - e.smoothed) / 8
}

// timeout is how long to wait for an answer.
func (e *estimate) timeout() time.Duration {
	if e.smoothed == 0 {
		return startTimeout
	}
	return max(minTimeout, e.smoothed+4*e.deviation)
}

// loss counts the endpoints of an address that answered and the attempts that
// took. An endpoint that never answers says nothing about loss: it may well be
// filtered.
type loss struct {
	endpoints, tries float32
}

const (
	// memory is how many endpoints the count remembers: older ones fade.
	memory = 4096
	// maxFalseSilence is how likely silence may be believed when it was loss.
	maxFalseSilence = 1e-9
	// MaxRetries is the most attempts that follow the first.
	MaxRetries = 20
)

func (l *loss) noteReply(attempt int) {
	l.endpoints++
	l.tries += float32(max(attempt, 1))
	if l.endpoints > memory {
		l.endpoints /= 2
		l.tries /= 2
	}
}

func (l *loss) heard() bool { return l.endpoints > 0 }

// ratio is the part of the attempts that was lost, either way.
func (l *loss) ratio() float64 {
	if l.tries == 0 {
		return 0
	}
	return 1 - float64(l.endpoints)/float64(l.tries)
}

// attempts is how many attempts must stay unanswered before silence is
// believed: two at an address that never answered, three while no loss is
// seen, then as many as make silence wrong less than once in 10⁹ at a loss of p.
func (l *loss) attempts(p float64) int {
	switch {
	case !l.heard():
		return 2
	case p == 0:
		return 3
	default:
		n := math.Ceil(math.Log(maxFalseSilence) / math.Log(min(p, 0.99)))
		return int(min(max(n, 3), MaxRetries+1))
	}
}

// priorWeight is how many attempts elsewhere count for an address: while it has shown
// little itself, it is taken to lose about what all the others do.
const priorWeight = 20

// believed is the loss to reckon with at an address, where a part everywhere of
// all attempts of the run is lost.
func (l *loss) believed(everywhere float64) float64 {
	lost := float64(l.tries-l.endpoints) + priorWeight*everywhere
	return max(l.ratio(), lost/(float64(l.tries)+priorWeight))
}
