package connect

import (
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// initialRTO is how long a system waits before it retransmits a SYN (RFC 6298,
	// section 2.1).
	initialRTO = time.Second
	// maxTimeout is longer than any timeout of a probe.
	maxTimeout = time.Hour
)

// Retransmissions returns when the system itself retransmits a SYN, as times after the
// first one in ascending order.
func Retransmissions() []time.Duration {
	text, _ := os.ReadFile("/proc/sys/net/ipv4/tcp_syn_linear_timeouts")
	linear, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return retransmissions(linear)
}

// retransmissions returns the schedule of a system that doubles its timeout after linear
// equal ones (tcp_syn_linear_timeouts; 0 on systems without that setting).
func retransmissions(linear int) (at []time.Duration) {
	rto := initialRTO
	for t := rto; t < maxTimeout; t += rto {
		at = append(at, t)
		if len(at) > linear {
			rto *= 2
		}
	}
	return at
}
