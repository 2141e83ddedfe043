// Package endpoint is the vocabulary of portkit: what is asked, what was
// found, and what that rests on. It knows no format, no file and no socket,
// and imports the standard library only.
package endpoint

import (
	"net/netip"
	"time"
)

// Endpoint is one thing to ask: a port of a protocol at an address.
type Endpoint struct {
	// Host is the target as the user wrote it: a name or an address.
	Host string
	// Addr is the address to ask, unmapped (never IPv4-mapped IPv6), its
	// zone kept. The zero Addr stands for a name that is not resolved yet.
	Addr netip.Addr
	// Port is 1 to 65535.
	Port uint16
	// Proto is TCP unless said otherwise.
	Proto Proto
}

// Result is what came back from asking an Endpoint.
type Result struct {
	Endpoint
	// State is what the port is taken to be.
	State State
	// Reason is what State rests on.
	Reason Reason
	// Service is the name registered for the port; empty if there is none.
	Service string
	// RTT is the time from sending the attempt that was answered to its
	// answer; negative when there was no answer.
	RTT time.Duration
	// Attempts is how many attempts were sent.
	Attempts int
	// Method is how the endpoint was asked.
	Method Method
	// Time is when the state was known.
	Time time.Time
	// App is the protocol that the answer was recognized as; empty if none.
	App string
	// TTL is the time to live (hop limit) of the answer; 0 where the method
	// does not see it.
	TTL uint8
	// Err is one sentence for a person, only with State Error.
	Err string
}
