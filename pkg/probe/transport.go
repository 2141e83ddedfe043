// Package probe is the engine: a pool of workers, each of which alone owns
// the endpoints it is asking, their timers and a Transport. The worker
// decides when to send, when to give up and when to ask again; the Transport
// only puts attempts on the wire and recognizes their answers. So retry, pace
// and truth are written once, for every way of asking, and are tested in
// virtual time.
package probe

import (
	"errors"
	"math"
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
)

// Time is nanoseconds on the monotonic clock that all Transports of one
// Engine share. Its zero is arbitrary.
type Time int64

// Never is later than every time that comes.
const Never Time = math.MaxInt64

// Add returns t + d, or Never where that would be later.
func (t Time) Add(d time.Duration) Time {
	if s := t + Time(d); s >= t || d < 0 {
		return s
	}
	return Never
}

// Sub returns t - u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// ID names the tenant of a slot in its worker's table. An answer to a former
// tenant carries another generation and so matches nothing.
type ID struct{ Slot, Gen uint32 }

// Attempt is one try at an endpoint: one SYN, one datagram. A Transport keeps no
// pointer to it: it may move between two calls.
type Attempt struct {
	// To is where it goes.
	To netip.AddrPort
	// ID comes back in the Answer.
	ID ID
	// Sent is when it left, and Held says that it has not yet: a neighbor has to be
	// found first. The Transport answers that nobody is there, or that the attempt
	// has not left after all and another may. Near says that it went to a neighbor
	// who is there, so that silence is the neighbor's own. Send sets them.
	Sent     Time
	Queued   bool
	Resolved bool
	// Handle is the Transport's own, zero in a new Attempt.
	Handle uint64
	// N counts the attempts at this endpoint from 1.
	N uint8
	// Proto says which protocol of To's port is meant.
	Proto endpoint.Proto
	// Exclusive says that no other attempt may share what it is made with, so that
	// whatever comes there is the answer to it.
	Exclusive bool
}

// Answer is what a Transport heard about an attempt.
type Answer struct {
	ID ID
	// N is the attempt that was answered; 0 if that cannot be told.
	N uint8
	// TTL is the answer's time to live; 0 where it is not seen.
	TTL uint8
	// Reason says what came. LocalError means that this machine, not the
	// network, reports trouble; Err then says which.
	Reason endpoint.Reason
	// Unresolved says, with HostUnreach, that it is this machine's own word: nobody
	// on its link answers for the address. (A router or a firewall can say
	// HostUnreach about a single port.)
	Unresolved bool
	// FromOtherPort says that this is no answer yet: From, to which attempts are
	// under way, sent something from a port that was not asked. What is asked
	// there from now on has to be Alone. Reason and ID are not set.
	FromOtherPort bool
	// RTT is the round trip, where the transport measures it: the system repeats
	// some attempts, and which one was replied to does not follow from At. 0: not.
	RTT time.Duration
	// At is when the answer was there.
	At Time
	// From is the sender of the reply, of an ICMP error the one who reports it; the
	// zero Addr where that is not seen.
	From netip.Addr
	// App is the protocol that the answer was recognized as, or "".
	App string
	// Err is only set with LocalError. ErrBusy says that the attempt has not left
	// after all, and that another may.
	Err error
}

// ErrBusy is what Send returns when an attempt cannot be started now but can
// be later without anything changing but time: no descriptor is free, the
// queue of the device is full. Any other error of Send is about the attempt:
// this machine cannot make it.
var ErrBusy = errors.New("the transport is busy")

// ErrPacket in an Answer with LocalError reports that a router could not forward
// the packet as it was: an ICMP error about its size or its header, which says
// nothing of the port. The kernel may know the path MTU now (RFC 1191, RFC 8201).
var ErrPacket = errors.New("an ICMP error is about the packet, not the port")

// Stats is a Transport's account of itself.
type Stats struct {
	// Room is how many attempts it can hold at once.
	Room int
	// Dropped counts the answers that the kernel had and threw away before
	// they were read.
	Dropped uint64
}

// Transport puts attempts on the wire and recognizes their answers. It
// belongs to one worker: only Wake may be called by other goroutines.
type Transport interface {
	// Now is the time. It never goes back.
	Now() Time
	// Send starts attempts in order and sets when each was sent. It returns
	// how many it started; err, not nil if that is not all of them, says why
	// as[n] was not: ErrBusy (later) or that attempt's own trouble (never).
	Send(as []*Attempt) (n int, err error)
	// Poll waits until there is an answer, or until the time given, or for
	// Wake; with a time that has passed it does not wait. It fills into and
	// returns how many answers it wrote. drained says that every answer which
	// was there when Poll began to read has been handed out.
	Poll(until Time, into []Answer) (n int, drained bool, err error)
	// Forget ends an attempt: it is settled, or its descriptor is needed.
	// Answers to it may still come where that costs nothing.
	Forget(a *Attempt)
	// Wake ends a Poll that waits, or the next one that would.
	Wake()
	// Stats is the account of the Transport so far.
	Stats() Stats
	// Close frees everything. No answer comes any more.
	Close() error
}
