package probe

import "time"

const (
	// startTimeout is the timeout at an address that has not replied yet. RFC 6298
	// section 2.1 starts at one second. A timeout that is too short only costs
	// another probe here, since silence is not concluded before minSilence.
	startTimeout = 300 * time.Millisecond
	// minTimeout is the minimum RTO. It covers what the estimate cannot predict, such
	// as a scheduler's time slice or a garbage collection.
	minTimeout = 25 * time.Millisecond
	// The RTO exceeds the RTT by at least one part in rttMargin of it: the
	// deviation of a steady RTT is smaller than what a busy machine adds now and then.
	rttMargin = 8
	// minSilence is the minimum time from an endpoint's first probe to the conclusion
	// that it is silent, so that a short outage of the target does not look like a
	// firewall.
	minSilence = time.Second
	// stall is the time without a poll after which expired timers are not evidence:
	// the process was stopped, or the machine suspended.
	stall = 200 * time.Millisecond
)

// estimate is the RTT and its mean deviation (RFC 6298 section 2). Timeouts do not
// double (section 5.5), since the window and its pace handle congestion.
type estimate struct {
	smoothed, deviation time.Duration
}

// add records a measured RTT (RFC 6298, 2.2 and 2.3).
func (e *estimate) add(rtt time.Duration) {
	rtt = max(rtt, 1)
	if e.smoothed == 0 {
		e.smoothed, e.deviation = rtt, rtt/2
		return
	}
	e.deviation += ((e.smoothed - rtt).Abs() - e.deviation) / 4
	e.smoothed += (rtt - e.smoothed) / 8
}

// timeout returns the RTO.
func (e *estimate) timeout() time.Duration {
	if e.smoothed == 0 {
		return startTimeout
	}
	return max(minTimeout, e.smoothed+max(4*e.deviation, e.smoothed/rttMargin))
}
