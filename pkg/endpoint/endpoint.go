// Package endpoint is the vocabulary of portkit: endpoints, results, states and the
// reasons for them. It imports the standard library only, and knows no format, file or
// socket.
package endpoint

import (
	"net/netip"
	"time"
)

// Endpoint is a port of a protocol at an address.
type Endpoint struct {
	// Host is the target as the user wrote it: a name or an address.
	Host string
	// Addr is the address to probe, unmapped (never IPv4-mapped IPv6), with its zone.
	// The zero Addr means that Host is a name that is not resolved yet.
	Addr netip.Addr
	// Port is 1 to 65535.
	Port uint16
	// Proto is the transport protocol.
	Proto Proto
}

// Result is the result of probing an Endpoint.
type Result struct {
	Endpoint
	// State is the state of the port.
	State State
	// Reason is the evidence for State.
	Reason Reason
	// Service is the name registered for the port; empty if there is none.
	Service string
	// RTT is the time from sending the probe that was answered to its reply; negative
	// without a reply.
	RTT time.Duration
	// Attempts is the number of probes sent.
	Attempts int
	// Method is how the endpoint was probed.
	Method Method
	// Time is when the state was known.
	Time time.Time
	// App is the application protocol recognized in the reply; empty if none.
	App string
	// TTL is the time to live (hop limit) of the reply; 0 if the method does not see it.
	TTL uint8
	// Err is one sentence for people, only with State Error.
	Err string
}
