package protocol

import (
	"net/netip"
	"time"
)

// Protocol is a row of the table of protocols.
type Protocol struct {
	// App is the name in records.
	App string
	// General are other names that Match may return: those of the more general protocols
	// that a reply shows.
	General []string
	// Source is the specification: an RFC with sections, or the document of the vendor.
	Source string
	// Ports are the registered and customary ports.
	Ports []uint16
	// TLSPorts are the ports at which the protocol is customarily inside TLS.
	TLSPorts []uint16
	// Greets is how long a server may take to greet; 0 if the client speaks first.
	Greets time.Duration
	// Requests: the first one is sent at Ports, and elsewhere as the plan demands.
	// The others are sent once the protocol is recognized, as long as the product is
	// unknown. Empty if the greeting suffices.
	Requests []Request
	// Match recognizes a reply.
	Match func(*Reply) Match
	// Upgrade starts TLS within the protocol; nil if it has no such command.
	Upgrade *Upgrade
	// Once means that a server may punish further connections: after a match no other
	// connection is made.
	Once bool
}

// Request is the first message of a client on a connection.
type Request struct {
	// Name is the value of the field evidence, usually that of App.
	Name string
	// Build returns the bytes to send.
	Build func(*Target) []byte
	// Wait is how long a reply may take beyond two RTTs; 0 is one second.
	Wait time.Duration
}

// Target is the server that a request is for.
type Target struct {
	Addr  netip.AddrPort
	Local netip.Addr // address of the client's end of the connection
	Name  string     // host name that the user wrote, in its ASCII form; empty if it is an address
	// Agent is what the client calls itself, such as "portid/1.0".
	Agent string
	// TLS means that the request is sent inside TLS.
	TLS bool
}

// Reply contains the bytes that a server sent on one connection.
type Reply struct {
	// Request is the name of the request; empty if none was sent.
	Request string
	// Sent contains the bytes of the request.
	Sent []byte
	// Data contains the bytes received, at most MaxReply.
	Data []byte
	// Ended means that the server has closed the connection, or that MaxReply is
	// reached: nothing follows Data.
	Ended bool
	// TLS means that the reply was received inside TLS.
	TLS bool

	split split
}

// MaxReply is the maximum number of bytes read from one connection.
const MaxReply = 64 << 10

// For reports whether the reply is for the request of that name.
func (r *Reply) For(name string) bool { return r.Request == name }

// Upgrade starts TLS on a connection (STARTTLS and its like).
type Upgrade struct {
	// Greeting reports whether the greeting is complete; nil if the client speaks first.
	Greeting func(data []byte) bool
	// Steps are done one after the other. The TLS handshake follows the last.
	Steps []UpgradeStep
}

// UpgradeStep is a request and its reply.
type UpgradeStep struct {
	// Build returns the request; empty if only a reply is awaited.
	Build func(*Target) []byte
	// Next reports whether the reply, without the bytes before it, is complete, and
	// whether the upgrade may go on. It is called before the first byte: a request
	// without a reply is complete then.
	Next func(data []byte) (complete, ok bool)
}
