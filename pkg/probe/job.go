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

	// Retries is how many more attempts follow silence, at most MaxRetries;
	// negative takes the engine's.
	Retries int8
	// Variants is in how many ways its Transport asks this endpoint in turn beside
	// a last one that fits any; 0 where there is one way. Each gets the attempts
	// that silence takes.
	Variants uint8

	// Reason is what the answer rests on; its State follows from it.
	Reason endpoint.Reason
	// TTL is the answer's, as in Answer.
	TTL uint8
	// Relayed reports that the reply came from another address than To's: a router
	// or a firewall rejected the probe.
	Relayed bool
	// Attempts is how many were sent.
	Attempts uint8

	phase       phase
	localErrors uint8  // how often this machine could not send it
	discounted  uint8  // attempts whose silence says nothing
	exclusive   uint8  // attempts that shared nothing with others
	extended    bool   // the wait was drawn out
	slot        uint32 // its place in the worker's table
	hash        uint32 // of the endpoint

	// Text, Host and Seq are the submitter's: the engine does not look.
	Host int32
	Seq  uint64
	Text []byte

	// Timeout is the longest wait for one attempt's answer; 0 takes the
	// engine's.
	Timeout time.Duration
	// RTT is from the answered attempt's sending to its answer; negative
	// when nothing came back or when that attempt cannot be told.
	RTT time.Duration
	// At is when the state was known.
	At Time

	extra       *extra    // nil mostly
	hashNext    *Job      // the next with such a hash that is asked
	sharing     *Job      // another that waits for the same answer
	link        link      // in a lane or in the timer wheel
	address     *address  // what is known of To.Addr()
	cur         sentProbe // the newest attempt
	prev        sentProbe // the one before it, which may still be answered
	first       Time      // when the first attempt was sent
	silentAfter Time      // its silence is not believed before
	due         Time      // when the timer runs out; in a batch, so long after sending
}

// extra is what few answers bring.
type extra struct {
	app string
	err error
}

// State returns the state that Reason stands for. A UDP port is closed only if
// its own address sent the port-unreachable.
func (j *Job) State() endpoint.State {
	if j.Relayed && j.Reason == endpoint.PortUnreach {
		return endpoint.Filtered
	}
	return j.Reason.State(j.Proto)
}

// App is the protocol that the answer was recognized as; "" if none was.
func (j *Job) App() string {
	if j.extra == nil {
		return ""
	}
	return j.extra.app
}

// Err says why j could not be asked; nil if it was, or if Reason says all.
func (j *Job) Err() error {
	if j.extra == nil {
		return nil
	}
	return j.extra.err
}

// Fail notes why j could not be asked; nil if Reason says all.
func (j *Job) Fail(err error) {
	if err != nil {
		j.extra = &extra{err: err}
	}
}

// sentProbe is what is kept of an attempt that was sent; its N is 0 if there is none.
type sentProbe struct {
	sent      Time
	handle    uint64
	n         uint8
	exclusive bool
	resolved  bool
	// repeats is how many of the system's own repeats have been counted.
	repeats uint8
	cut     bool // its timer expires before its timeout, to count a repeat
}

// attempt is j's attempt of which f is left.
func (w *worker) attempt(j *Job, f *sentProbe) Attempt {
	return Attempt{
		To: j.To, Proto: j.Proto, ID: ID{Slot: j.slot, Gen: w.gens[j.slot]},
		Sent: f.sent, Handle: f.handle, N: f.n, Exclusive: f.exclusive,
	}
}

// phase says where a job stands in its worker.
type phase uint8

const (
	queued      phase = iota // waits in its lane, never sent, holds no place
	outstanding              // an attempt waits for its answer
	retransmit               // waits in its lane to be sent once more, keeps its place
	waiting                  // waits for its time, holds no place
	lingering                // listens for a late reply, holds a socket and no place
	ready                    // waits in its lane after parking, holds no place
)

// inFlight says whether a job in phase p counts against the ceilings on
// endpoints that wait for an answer.
func (p phase) inFlight() bool { return p == outstanding || p == retransmit }

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
