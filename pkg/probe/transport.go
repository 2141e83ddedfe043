package probe

import (
	"errors"
	"math"
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
)

// Time is nanoseconds on the monotonic clock that all Transports of one Engine share.
// Its zero is arbitrary.
type Time int64

// Never is later than every other time.
const Never Time = math.MaxInt64

// Add returns t + d, or Never if that would be later.
func (t Time) Add(d time.Duration) Time {
	if s := t + Time(d); s >= t || d < 0 {
		return s
	}
	return Never
}

// Sub returns t - u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// ID identifies a job of a worker by its slot in the worker's table. A slot that is used
// again has another generation, so that late replies match nothing.
type ID struct{ Slot, Gen uint32 }

// Attempt is one probe: a SYN, a connection attempt, a datagram. A Transport keeps no
// pointer to it.
type Attempt struct {
	To    netip.AddrPort
	Proto endpoint.Proto
	// ID is returned in the Reply.
	ID ID
	// N is the number of the probe of its endpoint, from 1.
	N uint8
	// Exclusive requires a socket that no other probe uses, so that whatever arrives
	// there is the reply to this one.
	Exclusive bool

	// The remaining fields are set by Send.

	// Sent is when the probe left. Queued is set if it has not left because its next
	// hop is being resolved: the Transport then reports a Reply that is Unresolved,
	// or ErrBusy if the probe may be sent again.
	Sent   Time
	Queued bool
	// Resolved reports that the neighbor it was sent to exists, so that no reply means
	// that the neighbor did not reply.
	Resolved bool
	// Handle is the Transport's own, zero in a new Attempt.
	Handle uint64
}

// Reply is the reply to a probe, or an event that ends it.
type Reply struct {
	ID ID
	// N is the number of the probe replied to; 0 if unknown.
	N uint8
	// TTL is the time to live of the reply; 0 if unknown.
	TTL uint8
	// Reason is the kind of the reply. LocalError means that this machine, not the
	// network, reports Err.
	Reason endpoint.Reason
	// Unresolved reports, with HostUnreach, that this machine could not resolve the
	// address on its link. (A router or firewall can send HostUnreach for one port.)
	Unresolved bool
	// FromOtherPort reports that From, which has outstanding probes, sent something
	// from a port that was not probed. Further probes to it have to be Exclusive.
	// Reason and ID are not set.
	FromOtherPort bool
	// EchoReply reports that From replied to an echo request. Reason and ID are not
	// set.
	EchoReply bool
	// RTT is the round trip, if the Transport measures it: with retransmissions by
	// the system it does not follow from At. 0: unknown.
	RTT time.Duration
	// At is when the reply arrived.
	At Time
	// From is the sender of the reply or ICMP error; the zero Addr if unknown.
	From netip.Addr
	// App is the protocol that the reply was recognized as, or "".
	App string
	// Err is set only with LocalError. ErrBusy means that the probe was not sent, and
	// may be sent again.
	Err error
}

// ErrBusy is returned by Send if a probe cannot be sent now, but later: there is no
// descriptor, or the device's queue is full. Any other error of Send is about the one
// probe.
var ErrBusy = errors.New("the transport is busy")

// ErrPacket in a Reply with LocalError means that a router could not forward the packet
// as it was: an ICMP error about its size or header, which is not evidence about the port.
// The kernel may know the path MTU now (RFC 1191, RFC 8201).
var ErrPacket = errors.New("an ICMP error is about the packet, not the port")

// Stats are a Transport's figures.
type Stats struct {
	// Room is the maximum number of outstanding probes.
	Room int
	// Dropped counts replies that the kernel dropped before they were read.
	Dropped uint64
}

// Transport sends probes and recognizes their replies. It belongs to one worker: other
// goroutines may call Wake only.
type Transport interface {
	// Now returns the time, which never goes back.
	Now() Time
	// Send sends probes in order and sets the fields of Attempt that are its own. It
	// returns how many it sent. If these are not all, err is why as[n] was not sent:
	// ErrBusy, or an error about that probe.
	Send(as []*Attempt) (n int, err error)
	// Poll waits for a reply, until a time or for Wake, and stores what it received
	// in into. If until has passed it does not wait. drained reports that every reply
	// that was there when Poll began to read has been returned.
	Poll(until Time, into []Reply) (n int, drained bool, err error)
	// Forget ends an outstanding probe. Replies to it may still be returned.
	Forget(a *Attempt)
	// Wake ends the current Poll, or the next one that would wait.
	Wake()
	// Stats returns the figures so far.
	Stats() Stats
	// Close frees all resources. Nothing else may be called after it.
	Close() error
}
