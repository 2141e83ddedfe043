package connect

import (
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// initialRTO is how long a system waits before it repeats a SYN (RFC 6298,
	// section 2.1).
	initialRTO = time.Second
	// longestRepeat is past every timeout that a probe may have.
	longestRepeat = time.Hour
)

// Repeats returns when after its sending the system repeats a SYN by itself,
// ascending.
func Repeats() []time.Duration {
	text, _ := os.ReadFile("/proc/sys/net/ipv4/tcp_syn_linear_timeouts")
	linear, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return repeats(linear)
}

// repeats returns the schedule of a system that doubles its timeout after so many
// equal ones (tcp_syn_linear_timeouts; 0 where there is no such setting).
func repeats(linear int) (at []time.Duration) {
	rto := initialRTO
	for t := rto; t < longestRepeat; t += rto {
		at = append(at, t)
		if len(at) > linear {
			rto *= 2
		}
	}
	return at
}
