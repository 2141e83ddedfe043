// Package probe is the engine. A pool of workers probes endpoints, decides when to
// send, retransmit and conclude silence, and passes each job to a sink exactly once. A
// Transport only sends probes and recognizes their replies, so that retries, pacing and
// the conclusions from them are the same for every method, and are tested in virtual
// time (package simnet).
//
// # The life of a probe
//
//	Engine.Place      settles an endpoint of an address that was concluded silent, without
//	                  a job, and defers one that waits for that conclusion
//	NextDeferred      returns deferred endpoints, to be submitted or settled
//	Engine.Submit     waits while enough jobs are queued (readAhead), selects a worker
//	worker.accept     puts the job in the worker's table and in its lane, or holds it
//	worker.transmit   collect → admit: every limit below has to agree (reserve), or the
//	                  job waits; makeProbe → Transport.Send → sent starts the timer, or
//	                  cancel returns what the limits have granted
//	worker.poll       Transport.Poll → onReply for each reply, then onTimeout for each
//	                  timer that has expired
//	worker.onReply    updates what is known of the address → deliver
//	worker.onTimeout  does the same, gathers facts → decide → do: retransmit, wait,
//	                  listen on, or settle
//	worker.deliver    frees what the job holds; fanOut copies the result to the jobs
//	                  that shared its probes
//	Sink.Settled      the job is the caller's again
//
// A job belongs to one worker from Submit to Settled. No lock is taken for a probe but
// the mutex of its address, which is never held across a system call.
//
// # Phases of a job
//
//	queued       in its lane, not sent yet
//	held         not sent yet: the sample of its address has not decided
//	outstanding  a reply is waited for, until the RTO; holds a slot
//	retransmit   in its lane, to be sent again; keeps its slot
//	waiting      until a time
//	lingering    listens for a late reply; holds a socket
//	ready        in its lane after waiting
//	awaiting     in its lane until a canary has shown whether it is evidence
//
//	queued → outstanding → settled                            a reply
//	                     → retransmit → outstanding           a timeout: once more
//	                     → [lingering →] waiting → ready → outstanding
//	                     → settled                            silence
//	held → ready → …                                          its address replied
//	     → settled                                            its address is silent
//
// There are two edges back: an outstanding job waits after an error of this machine, and
// a job whose probe a busy transport refused returns to the lane it came from.
//
// # What decides
//
// Each controller has a file of its name. Those of an address are shared by all workers.
//
//	controller   measures                           limits, or changes
//	rtt          RTT (RFC 6298)                     timeout of each probe
//	lateness     replies after the timeout          time to listen; the RTO if they are common
//	loss         probes per reply, in the run       number of probes that silence requires
//	recent       the same, at the moment            the window; discounts timeouts if high
//	witness      replies to canaries and others     the address: nothing but canaries; voids timeouts
//	window       loss against concurrency           outstanding endpoints and pace of the address
//	icmplimit    ICMP errors about UDP ports        retransmissions; discounts timeouts
//	group        the same of a /24, router or host  retransmissions of all its addresses
//	onlink       address resolution                 outstanding endpoints before the first reply
//	silent       whether anything was received      outstanding endpoints, until then; skips and defers endpoints
//	rcvlimit     replies dropped by the kernel      outstanding endpoints of a worker
//	ratelimit    --rate, --host-rate                every probe
//
// A probe requires all that apply to agree, in this order: rcvlimit, descriptors and the
// rate of the run; then at its address the resolution, the witnesses, the window and its
// pace, the ICMP limit and the host rate. Limits given by the user are never exceeded. An
// ICMP limit replaces loss of the moment for UDP. What discounts timeouts never concludes
// anything, and --retries N disables it.
//
// # What silence proves
//
// A timeout is evidence unless it is discounted. Silence is concluded after as many as
// the loss requires, and not before minSilence has passed since the first of them
// (facts.decide).
//
// At an address that has replied, a timeout is evidence only between two witnesses:
// probes that were replied to, one sent before it and one after it, at most a gap apart
// (spans). Other endpoints mostly are the witnesses. Where they are not, canaries are
// sent: probes of an endpoint that has replied, as jobs of their own, which precede
// others and are never passed to a sink (canary.go, sighting.go). A timeout without witnesses is void,
// and the probe is repeated. If a canary fails, the address is suspect, then lost, and in
// the end gone (witness): its endpoints are held, and settled with HostLost.
//
// # Glossary
//
//	job           an endpoint to probe, with its result
//	probe         one packet or connection attempt of a job, numbered from 1 (Attempt)
//	outstanding   of a probe: it may still be replied to in time
//	slot          what an endpoint holds of the window and the concurrency while a probe
//	              of it is outstanding; listening longer than the RTO requires none
//	lane          jobs of one worker for one address that are ready to be sent
//	round         lanes' queues in turn, one probe each
//	paced         of a queue: a rate limit allows its next probe at a known time
//	exclusive     of a probe: sent from a socket that no other uses
//	discounted    of a timeout: not evidence of silence
//	witness       a probe that was replied to, of the same address and protocol
//	canary        a probe of an endpoint that has replied, to get a witness
//	void          of a timeout: not evidence, because it has no witnesses
//	unjudged      of a probe: whether it has witnesses is not known yet
//	dark          of a time: an address that used to reply did not
//	suspect, lost, gone  of an address: it may have stopped replying, has, and is given up
//	stall         time in which this process did not poll
//	repeat        a retransmission by the system
//	sample        the first endpoints of an address, by which silent addresses are recognized
//	held          of a job: it waits for the sample of its address
//	deferred      of an endpoint: it has no job until the sample of its address has decided
//	variant       one of several requests that a UDP port is probed with
//	rejection     an ICMP error about a closed port
//	settle        to give a job its final state and pass it to the sink
package probe
