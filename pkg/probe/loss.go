package probe

import "math"

const (
	// lossMemory is the number of endpoints that loss remembers. Older ones fade.
	lossMemory = 4096
	// maxFalseSilence is the probability that a conclusion of silence is wrong, which
	// the number of probes has to keep.
	maxFalseSilence = 1e-9
	// MaxRetries is the maximum number of retransmissions.
	MaxRetries = 20
	// priorWeight is the number of probes elsewhere that count for an address: while
	// it has shown little itself, its loss is assumed to be that of the others.
	priorWeight = 20
)

// loss counts the endpoints of an address that replied and the probes which that took.
// An endpoint that never replies may be filtered: it is not evidence of loss.
type loss struct {
	endpoints, probes float32
}

// noteReply records a reply to probe n of an endpoint.
func (l *loss) noteReply(n int) {
	l.endpoints++
	l.probes += float32(max(n, 1))
	if l.endpoints > lossMemory {
		l.endpoints /= 2
		l.probes /= 2
	}
}

// replied reports whether any endpoint replied.
func (l *loss) replied() bool { return l.endpoints > 0 }

// ratio returns the part of the probes that was lost in either direction.
func (l *loss) ratio() float64 {
	if l.probes == 0 {
		return 0
	}
	return 1 - float64(l.endpoints)/float64(l.probes)
}

// attempts returns how many probes have to stay unanswered before silence is concluded
// at a loss of p: two at an address that never replied, three without loss, otherwise
// as many as keep maxFalseSilence.
func (l *loss) attempts(p float64) int {
	switch {
	case !l.replied():
		return 2
	case p == 0:
		return 3
	default:
		n := math.Ceil(math.Log(maxFalseSilence) / math.Log(min(p, 0.99)))
		return int(min(max(n, 3), MaxRetries+1))
	}
}

// assumed returns the loss to assume at an address in a run with a loss of everywhere.
func (l *loss) assumed(everywhere float64) float64 {
	lost := float64(l.probes-l.endpoints) + priorWeight*everywhere
	return max(l.ratio(), lost/(float64(l.probes)+priorWeight))
}
