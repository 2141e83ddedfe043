package probe

import (
	"math"
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
)

// Job is one endpoint to probe, with its result. It is the caller's before Submit
// and again once a Sink has it, and may then be submitted again.
type Job struct {
	Request
	Result
	Tag
	jobState
}

// Request names the endpoint and how to probe it. The engine does not change it.
type Request struct {
	To    netip.AddrPort
	Proto endpoint.Proto
	// Retries is the number of retransmissions after no reply, at most MaxRetries;
	// negative: as Options.Retries.
	Retries int8
	// Variants is the number of different requests that the Transport sends to this
	// endpoint in turn, before one that fits any protocol; 0: there is one request.
	// Each is sent as often as silence requires.
	Variants uint8
	// Timeout is the maximum time to wait for the reply to one probe; 0: as
	// Options.Timeout.
	Timeout time.Duration
}

// Result is the outcome of a Job. Submit resets it.
type Result struct {
	// Reason is the evidence for the state.
	Reason endpoint.Reason
	// TTL is the reply's, as in Reply.
	TTL uint8
	// Relayed reports that the reply came from another address than To's: a router
	// or a firewall rejected the probe.
	Relayed bool
	// Attempts is the number of probes sent.
	Attempts uint8
	attempts
	// RTT is the round trip of the probe that was replied to; negative if there was
	// no reply, or if the probe that it replies to is unknown.
	RTT time.Duration
	// At is when the state was known; 0: the job was never submitted.
	At Time

	extra *extra // mostly nil
}

// attempts divides Result.Attempts. Probes that are neither discounted, void nor
// unjudged are evidence of silence.
type attempts struct {
	discounted uint8 // their timeout was not evidence
	voided     uint8 // they had no witnesses
	unjudged   uint8 // the latest: whether they are evidence is not known yet
	exclusive  uint8 // they were sent from a socket of their own
}

// Tag is the caller's own data. The engine does not read it.
type Tag struct {
	Host int32
	Seq  uint64
	Text []byte
}

// extra holds the parts of a result that are rare.
type extra struct {
	app string
	err error
}

// jobState is the engine's own part of a Job. Submit resets it. From then on it
// belongs to one worker.
type jobState struct {
	phase       phase
	role        role
	localErrors uint8  // errors of this machine so far
	extended    bool   // the timer of the latest probe was extended; its timeout has been counted
	unjudgedAt  uint32 // when the first unjudged probe was sent, in microseconds after the first
	slot        uint32
	hash        uint32    // of the endpoint
	hashNext    *Job      // next pending job in a chain of the hash table
	sharing     *Job      // next job that shares this one's probes
	link        link      // in a lane or in the timer wheel
	address     *address  // state of To.Addr()
	cur         sentProbe // latest probe
	prev        sentProbe // an earlier probe that may still be replied to
	first       Time      // when the first probe was sent
	silentAfter Time      // earliest conclusion that the endpoint is silent
	due         Time      // deadline of the timer
}

// State returns the state that Reason implies. A UDP port is closed only if its own
// address sent the port-unreachable error.
func (j *Job) State() endpoint.State {
	if j.Relayed && j.Reason == endpoint.PortUnreach {
		return endpoint.Filtered
	}
	return j.Reason.State(j.Proto)
}

// App returns the protocol that the reply was recognized as; "" if none.
func (r *Result) App() string {
	if r.extra == nil {
		return ""
	}
	return r.extra.app
}

// Err returns why the endpoint could not be probed; nil if it was, or if Reason
// says all.
func (r *Result) Err() error {
	if r.extra == nil {
		return nil
	}
	return r.extra.err
}

// Fail records why the endpoint could not be probed, unless err is nil.
func (r *Result) Fail(err error) {
	if err != nil {
		r.extra = &extra{err: err}
	}
}

// reset clears what an earlier run of the job has left.
func (j *Job) reset() {
	j.Result = Result{RTT: -1}
	j.jobState = jobState{}
}

// sentProbe is the state of a probe that was sent. n is 0 if there is none.
type sentProbe struct {
	sent      Time
	handle    uint64
	n         uint8
	exclusive bool
	heard     bool // its address had replied when it was sent
	resolved  bool
	repeats   uint8 // retransmissions by the system that were counted
	cut       bool  // the timer expires before the timeout, to count a repeat
	long      bool  // it is listened to for its whole timeout
	resent    bool  // the system's retransmission of it was waited for
}

// attempt returns the Attempt that p is the rest of.
func (w *worker) attempt(j *Job, p *sentProbe) Attempt {
	return Attempt{
		To: j.To, Proto: j.Proto, ID: ID{Slot: j.slot, Gen: w.gens[j.slot]},
		Sent: p.sent, Handle: p.handle, N: p.n, Exclusive: p.exclusive,
	}
}

// sentAt returns when probe n was sent; negative if unknown.
func (j *Job) sentAt(n int) Time {
	switch n {
	case int(j.cur.n):
		return j.cur.sent
	case int(j.prev.n):
		return j.prev.sent
	case 1:
		return j.first
	}
	return -1
}

// countedTimeouts returns how many probes stayed unanswered although a reply could be
// expected, as far as that is known.
func (j *Job) countedTimeouts() int {
	n := int(j.Attempts) - int(j.discounted) - int(j.voided)
	if j.cur.resent {
		n++
	}
	return n
}

// unjudgedFrom returns when the first unjudged probe was sent.
func (j *Job) unjudgedFrom() Time { return j.first.Add(time.Duration(j.unjudgedAt) * time.Microsecond) }

// noteUnjudged records a probe sent at a time whose witnesses are not known yet.
func (j *Job) noteUnjudged(at Time) {
	if j.unjudged++; j.unjudged == 1 {
		j.unjudgedAt = uint32(min((at.Sub(j.first) + time.Microsecond - 1).Microseconds(), math.MaxUint32))
	}
}

// role distinguishes jobs of the user from those that the engine adds.
type role uint8

const (
	roleEndpoint role = iota // it is the caller's
	roleSample               // the same, and part of the sample of its address (presence)
	roleCanary               // another probe to an endpoint that has replied; never passed to the sink
	roleWatch                // only a timer: for the next canary of a worker to an address
)

// phase is where a job is in its life (see the package comment).
type phase uint8

const (
	queued      phase = iota // in its lane, not sent yet; no slot
	held                     // in its lane until the sample of its address decides; no slot
	outstanding              // a reply is waited for; slot
	retransmit               // in its lane, to be sent again; slot
	waiting                  // until its timer expires; no slot
	lingering                // listens for a late reply; a socket, no slot
	ready                    // in its lane after waiting; no slot
	awaiting                 // in its lane, for a witness; no slot
)

// inFlight reports whether a job in phase p holds a slot.
func (p phase) inFlight() bool { return p == outstanding || p == retransmit }

// Sink receives the settled jobs of one worker. Only the goroutine of that worker
// calls its methods.
type Sink interface {
	// Settled receives a job with its result.
	Settled(*Job)
	// Flush passes on what was settled. It is called before the worker waits, and at
	// least every few milliseconds.
	Flush()
	// Full reports whether flushed jobs have not been written yet. The worker then
	// starts nothing new until Engine.WakeAll is called.
	Full() bool
}
