package identify

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/recog"
)

// Effort is how much is tried to identify a service.
type Effort uint8

// The efforts.
const (
	// Quick listens and sends two requests.
	Quick Effort = iota
	// Normal makes at most 12 connections.
	Normal
	// Thorough sends the requests of the whole table.
	Thorough
)

// Options configures an Engine.
type Options struct {
	// Dial opens a connection over "tcp" or "udp". Its errors are classified as in
	// Classify.
	Dial func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error)
	// Allowed reports whether an endpoint may be connected to; nil allows all.
	Allowed func(to netip.AddrPort, p endpoint.Proto) bool
	// Rate and HostRate are the maximum connections and datagrams per second in all and
	// per address; 0 is no limit.
	Rate, HostRate float64
	// Timeout is the maximum time for an endpoint from its first connection on, without
	// the time in which it waits for the rate.
	Timeout time.Duration
	Effort  Effort
	// Only contains the apps to try; empty for all. Others are recognized by what they
	// send all the same, without requests for details.
	Only []string
	// Quiet reports whether a port is only listened to; nil uses QuietPort.
	Quiet func(port uint16) bool
	// StartTLS permits to upgrade connections for the certificate.
	StartTLS bool
	// Roots are the authorities to verify certificates against; nil is the system's.
	Roots *x509.CertPool
	// Agent is what requests call the client, such as "portid/1.0".
	Agent string
	// Version is that of this client, for the identification string of SSH.
	Version string
	// Products is a database of products; nil without.
	Products *recog.Database
	// Common reports whether a port is among the most common, and keeps the full plan
	// at an address that accepts connections to all ports; nil for none.
	Common func(port uint16) bool
}

// Engine identifies services. Its methods may be called concurrently.
type Engine struct {
	Options
	all       []protocol.Protocol // to recognize replies: a greeting costs nothing
	table     []protocol.Protocol // to try
	requests  []string            // the first request of each protocol
	greets    time.Duration       // the longest that a protocol may take to greet
	datagrams map[string]*inquiry // by app
	addresses *addresses
	limits    *limits
	stopped   context.Context // ended by Stop
	stop      context.CancelFunc
}

// New returns an engine.
func New(o Options) *Engine {
	if o.Quiet == nil {
		o.Quiet = QuietPort
	}
	e := &Engine{
		Options: o, all: protocol.Table(), table: selected(o.Only), datagrams: inquiries(o.Only),
		addresses: newAddresses(), limits: newLimits(o.Rate, o.HostRate),
	}
	e.stopped, e.stop = context.WithCancel(context.Background())
	e.requests = requests(e.table, func(*protocol.Protocol) bool { return true })
	for i := range e.table {
		e.greets = max(e.greets, e.table[i].Greets)
	}
	return e
}

// selected returns the protocols with the given apps, or all.
func selected(only []string) []protocol.Protocol {
	return slices.DeleteFunc(protocol.Table(), func(p protocol.Protocol) bool {
		return len(only) > 0 && !slices.Contains(only, p.App)
	})
}

// Target is an endpoint to identify.
type Target struct {
	Addr netip.AddrPort
	// Proto is TCP unless it is UDP.
	Proto endpoint.Proto
	// App is the protocol that a UDP service was recognized as.
	App string
	// Name is the host as the user wrote it; empty if it is an address.
	Name string
	// RTT is a measured round-trip time; negative if unknown.
	RTT time.Duration
}

// Outcome is the result of an identification.
type Outcome struct {
	endpoint.Finding
	// Connected means that the endpoint accepted a connection, or replied to a datagram.
	// Else Reason is why not; 0 if nothing was sent.
	Connected bool
	Reason    endpoint.Reason
	// RTT is the time that the first connection took; negative without one.
	RTT time.Duration
}

// ErrStopped means that Stop was called before the first connection to an endpoint.
var ErrStopped = errors.New("stopped before the first connection")

// Stop ends the identification of endpoints without a connection. Others continue.
func (e *Engine) Stop() { e.stop() }

// Identify finds out what is behind an endpoint. Errors are local, ErrStopped, or those
// of ctx. With an error, only Conns and Took of the outcome are valid.
func (e *Engine) Identify(ctx context.Context, t Target) (Outcome, error) {
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	s := newSession(limited, e, t)
	s.clock = clock{end: cancel, left: e.Timeout}
	defer s.clock.stop()
	defer s.silence.close()
	err := s.identify()
	s.Took, s.Conns = s.clock.took(), s.conns
	if ctx.Err() != nil {
		return Outcome{Finding: endpoint.Finding{Took: s.Took, Conns: s.Conns}}, ctx.Err()
	}
	return Outcome{Finding: s.Finding, Connected: s.connected, Reason: s.reason, RTT: s.took}, err
}
