package probe

// Linux sends an address one ICMP error per second after a burst of six (icmp(7),
// icmp_ratelimit), and other systems have such a limit too. The time at which errors arrive
// varies a little.
const (
	limitBurst  = 6 + 2
	limitPerSec = 1.1
)

// icmpErrors follows the ICMP errors of an address over TCP. Closed UDP ports have an
// icmpLimiter.
type icmpErrors struct {
	latest Time
	tokens float64 // errors that the limit of Linux would still allow
	many   bool    // there were more than it allows
}

// note records an error that came at now, and reports whether there were more than the limit of
// Linux allows.
func (e *icmpErrors) note(now Time) (many bool) {
	if e.latest == 0 {
		e.latest, e.tokens = now, limitBurst
	}
	e.tokens = min(e.tokens+limitPerSec*now.Sub(e.latest).Seconds(), limitBurst) - 1
	e.latest = now
	e.many = e.many || e.tokens < 0
	return e.many
}
