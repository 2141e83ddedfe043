package probe

import (
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
)

// Job is one endpoint to be asked, and in the end what came back. Whoever
// submits it owns it before Submit and again once a Sink has it.
type Job struct {
	// To and Proto are what to ask.
	To    netip.AddrPort
	Proto endpoint.Proto

	// Timeout is the longest wait for one attempt's answer; 0 takes the
	// engine's.
	Timeout time.Duration
	// Retries is how many more attempts follow silence; negative takes the
	// engine's.
	Retries int
	// Ways is in how many ways its Transport asks this endpoint in turn beside
	// a last one that fits any; 0 where there is one way. Each gets the attempts
	// that silence takes.
	Ways uint8

	// Text, Host and Seq are the submitter's: the engine does not look.
	Text []byte
	Host int
	Seq  uint64

	// Reason is what the answer rests on; its State follows from it.
	Reason endpoint.Reason
	// TTL, App and Err are the answer's, as in Answer.
	TTL uint8
	App string
	Err error
	// RTT is from the answered attempt's sending to its answer; negative
	// when nothing came back or when that attempt cannot be told.
	RTT time.Duration
	// At is when the state was known.
	At Time
	// Attempts is how many were sent.
	Attempts int

	hash      uint64        // of the endpoint
	alike     *Job          // the next with such a hash that is asked
	sharing   *Job          // another that waits for the same answer
	link      link          // in a lane or in the timer wheel
	address   *address      // what is known of To.Addr()
	now       Attempt       // the newest attempt
	before    Attempt       // the one before it, which may still be answered
	first     Time          // when the first attempt was sent
	rested    Time          // its silence is not believed before
	due       Time          // when the timer runs out
	slot      uint32        // its place in the worker's table
	trouble   uint8         // how often this machine could not send it
	void      uint8         // attempts whose silence says nothing
	alone     uint8         // attempts that shared nothing with others
	wait      time.Duration // for the answer to the newest attempt
	stretched bool          // the wait was drawn out
	phase     phase
}

// phase says where a job stands in its worker.
type phase uint8

const (
	fresh   phase = iota // waits in its lane, never sent, holds no place
	flying               // an attempt waits for its answer
	again                // waits in its lane to be sent once more, keeps its place
	parked               // waits for its time, holds no place
	resumed              // waits in its lane after parking, holds no place
)

// places says whether a job in phase p counts against the ceilings on
// endpoints that wait for an answer.
func (p phase) places() bool { return p == flying || p == again }

// Sink takes a worker's settled jobs. Its methods are called by that worker's
// goroutine alone.
type Sink interface {
	// Settled hands the job over.
	Settled(*Job)
	// Flush passes on what was settled; the worker calls it before it waits
	// and at least every few milliseconds.
	Flush()
	// Full says that what was flushed has not been taken yet. The worker
	// then starts nothing new. Whoever makes room calls Engine.Nudge.
	Full() bool
}
