package probe

import (
	"time"

	"portkit/pkg/endpoint"
)

// Linux sends an address one ICMP error per second after a burst of six (icmp(7),
// icmp_ratelimit). The time at which errors arrive varies a little.
const (
	limitBurst  = 6 + 2
	limitPerSec = 1.1
	limitShows  = time.Second // after the first error
)

// rejections follows the ICMP errors of an address over TCP, as those of a firewall that rejects
// what it does not allow. Closed UDP ports have an icmpLimiter for that.
type rejections struct {
	first   Time
	latest  Time
	tokens  float64 // errors that the limit would still allow
	many    bool    // there were more than it allows
	counted loss    // that they have contributed to the loss of the address
}

// limitsRejections records a reply that came at now, and reports whether it is an ICMP error of an address
// that sends no more of them than Linux does: the number of probes until it came is no evidence of
// loss then.
func (a *address) limitsRejections(now Time, o *outcome) bool {
	if o.kind != replyRejected || a.proto != endpoint.TCP {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r := &a.rejections
	if r.first == 0 {
		r.first, r.latest, r.tokens = now, now, limitBurst
	}
	r.tokens = min(r.tokens+limitPerSec*now.Sub(r.latest).Seconds(), limitBurst) - 1
	r.latest = now
	r.many = r.many || r.tokens < 0
	if r.many || now.Sub(r.first) < limitShows {
		r.counted.noteReply(o.lost + 1)
		return false
	}
	if a.loss.endpoints > r.counted.endpoints { // other replies show the loss
		a.loss.endpoints -= r.counted.endpoints
		a.loss.probes -= r.counted.probes
	} else {
		a.loss = loss{1, 1}
	}
	r.counted = loss{}
	return true
}
