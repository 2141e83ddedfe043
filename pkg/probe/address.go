package probe

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// address is an address that is being asked, shared by all workers behind a
// mutex that is never held across a system call.
type address struct {
	ip   netip.Addr
	refs atomic.Int32 // jobs submitted and not settled

	mu          sync.Mutex
	rtt         estimate
	loss        loss
	recent      recent
	blackout    blackout
	window      window
	rate        *hostRate    // of the ceiling on one address's rate; nil: there is none
	waiting     uint64       // workers, as bits, that wait for a place here
	link        onLink       // for an address on a link of this machine's
	icmpLimiter *icmpLimiter // of udp ports; nil for tcp
	late        lateness     // of TCP ports
	hearing     Time         // end of the long listens at an address that never replied
	heardOut    uint8        // long listens so far
	groups      *groups      // that it rejects with; nil for tcp
	neighbor    string       // link-layer address on an own link, once it is known; for udp only
	nobody      Time         // nobody has the address, as was found lately, until
	replied     Time         // of the latest reply; before any, of the first probe

	lanes []lane // one a worker, each touched by that worker alone
}

// lane is one worker's jobs for one address that wait to be sent. Those that
// are sent once more hold their place already and need only the ceilings'
// leave; the others need a place too.
type lane struct {
	again, waiting queue
	rejected       *queue // of waiting ones, those that a limit on rejections may have left unanswered; nil for tcp
}

// queue is one kind of a lane's jobs. It is on its worker's round while its
// head may be sent.
type queue struct {
	jobs    link
	address *address
	next    *queue
	again   bool // its jobs hold their places
	slow    bool // its jobs are asked as fast as their address rejects
	place   queuePlace
}

// of makes q an empty queue of an address's.
func (q *queue) of(a *address) {
	q.address = a
	q.jobs.reset()
}

// queuePlace says where a queue is found.
type queuePlace uint8

const (
	off queuePlace = iota // nowhere: it is empty, or waits for a place
	onRound
	onHeld
)

// round is a circle of queues, each served once before any is served again,
// so that no address starves another.
type round struct{ last *queue }

func (r *round) empty() bool { return r.last == nil }

// push puts q behind the others if it is not among them and has a job.
func (r *round) push(q *queue) {
	if q.place != off || q.jobs.empty() {
		return
	}
	q.place = onRound
	if r.last == nil {
		q.next = q
	} else {
		q.next, r.last.next = r.last.next, q
	}
	r.last = q
}

// pop takes the queue whose turn it is; nil when there is none.
func (r *round) pop() *queue {
	if r.last == nil {
		return nil
	}
	q := r.last.next
	if q == r.last {
		r.last = nil
	} else {
		r.last.next = q.next
	}
	q.next, q.place = nil, off
	return q
}

// grant is an address's word on whether an attempt may be sent to it.
type grant uint8

const (
	granted    grant = iota
	noPlace          // the window is full: a release says when to try again
	notYet           // the ceiling on its rate: there is a time
	unresolved       // nobody has this address: no need to ask
)

// reserve asks for leave to send one attempt to the address at now; place says
// that the endpoint holds no place among those waiting there yet.
func (a *address) reserve(c ceiling, now Time, worker int, place, slow bool) (g grant, next Time, v view) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now < a.nobody {
		return unresolved, 0, v
	}
	if place && a.window.full() {
		a.waiting |= 1 << worker
		return noPlace, 0, v
	}
	if ok, next := a.window.allow(now); !ok {
		return notYet, next, v
	}
	if slow {
		if ok, next := a.reserveRetry(now); !ok {
			return notYet, next, v
		}
	}
	if ok, next := a.rate.allow(c, now); !ok {
		return notYet, next, v
	}
	if a.blackout.since != 0 {
		if ok, next := a.blackout.allow(now); !ok {
			return notYet, next, v
		}
	}
	if place {
		a.window.acquire()
	}
	if a.replied == 0 {
		a.replied = now
	}
	a.link.sent(now)
	return granted, 0, a.view(now)
}

// hostRate is what an address's protocols share: the schedule of the ceiling on
// one address's rate, and since when it is asked.
type hostRate struct {
	mu sync.Mutex
	schedule
	first Time // when it was first asked
}

// allow says whether the ceiling lets an attempt through at now, or when.
func (r *hostRate) allow(c ceiling, now Time) (ok bool, next Time) {
	if r == nil {
		return true, 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	got, next := c.allow(&r.schedule, now, 1)
	if r.first == 0 {
		r.first = now
	}
	return got == 1, next
}

// charge counts an attempt that this machine sent by itself against the ceiling.
func (r *hostRate) charge(c ceiling, now Time) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c.charge(&r.schedule, now)
}

// overdue says that an address was first asked longer ago than it is to take; 0
// is no limit.
func (a *address) overdue(limit time.Duration, now Time) bool {
	if limit <= 0 || a.rate == nil {
		return false
	}
	a.rate.mu.Lock()
	defer a.rate.mu.Unlock()
	return a.rate.first != 0 && now.Sub(a.rate.first) >= limit
}

// release gives a place back and returns the workers that wait for one.
func (a *address) release() (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.window.inFlight--
	return a.wake()
}

// wake returns the workers that wait for a place if there is one now, and
// forgets them. The mutex is held.
func (a *address) wake() (workers uint64) {
	if a.window.full() {
		return 0
	}
	workers, a.waiting = a.waiting, 0
	return workers
}

// outcome is what became of an attempt.
type outcome struct {
	n    int           // the attempt's number
	sent Time          // when it was sent
	rtt  time.Duration // until its answer; negative: unknown
	// ambiguous: rtt is an upper bound, since the system has repeated the attempt.
	ambiguous  bool
	late       bool       // answered after its time had run out
	over       int        // attempts whose time has run out
	inFlight   bool       // its endpoint holds a place
	discounted int        // attempts before it whose silence says nothing
	kind       replyKind  // of a udp port, what came
	from       netip.Addr // sender of that
	more       int        // attempts at a udp port that are made before it waits
}

// noteReply notes that an attempt was answered at now, and gives its endpoint's
// place back.
func (a *address) noteReply(now Time, f outcome) (wake uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.replied = now
	a.measure(f)
	if a.icmpLimiter != nil {
		a.noteReplyUDP(now, f)
		return a.wake()
	}
	if f.late {
		a.recent.late(f.n, f.over)
	} else {
		a.recent.resolved(now, f.n, true, a.rtt.timeout())
	}
	if a.blackout.since != 0 {
		if a.blackout.lost <= congestedLoss {
			a.recent = recent{} // what was not answered in the dark says nothing of loss
		}
		a.blackout.recover(f.sent)
	} else {
		a.blackout.noteReply(now, f.sent, &a.recent)
	}
	a.loss.noteReply(f.n)
	if a.window.noteReply(now, a.recent.loss(now), a.rtt.timeout()) {
		a.recent = recent{}
	}
	if f.inFlight {
		a.window.inFlight--
	}
	return a.wake()
}

// measure notes the round trip of an attempt. A late one lengthens the RTO if it is
// little longer, as on a busy machine, or common; an upper bound is better than no
// round trip. The mutex is held.
func (a *address) measure(f outcome) {
	if f.rtt < 0 || f.ambiguous && a.rtt.smoothed != 0 {
		return
	}
	if f.late && a.icmpLimiter == nil && !a.mayBeRepeat(f.rtt) {
		a.late.reply(f.n, f.rtt)
		if a.rtt.smoothed != 0 && f.rtt > 2*a.rtt.timeout() && !a.late.common() {
			return
		}
	}
	a.rtt.add(f.rtt)
}

// noteTimeout notes that an attempt's time ran out at now.
func (a *address) noteTimeout(now Time, f outcome) (view, uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.icmpLimiter != nil {
		return a.noteTimeoutUDP(now, f), a.wake()
	}
	if f.n == 1 {
		a.late.timeout()
	}
	if f.n == 1 || a.blackout.since != 0 {
		if a.blackout.noteTimeout(now, f.sent) {
			a.blackout, a.recent = blackout{latest: now, longest: a.blackout.longest}, recent{}
		}
	}
	a.recent.resolved(now, f.n, false, a.rtt.timeout())
	if a.link.mayGrow(now, a.loss.heard()) {
		a.window.noteTimeout(a.recent.loss(now))
	}
	return a.view(now), a.wake()
}

// view is what a worker reads of an address at once.
type view struct {
	heard    bool          // it answered before
	timeout  time.Duration // for one attempt's answer
	listen   time.Duration // for a late reply to an endpoint's first attempt
	hearing  Time          // it never replied, and is listened to for its whole timeout until then
	loss     loss          // of the whole run
	lost     float64       // of the moment
	blackout bool          // it used to answer and has stopped
	highLoss bool          // so much is lost at the moment that silence says nothing
	proven   Time          // it was there when what it answered latest was sent
	doubt    Time          // until then silence since may be another darkness
	unseen   bool          // it is on a link and was never heard
	looking  bool          // the system may still be looking for it on the link
	udp      udpView
}

// look views the address.
func (a *address) look(now Time) view {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.view(now)
}

// view looks at the address. The mutex is held.
func (a *address) view(now Time) view {
	lost := a.recent.loss(now)
	return view{
		heard: a.loss.heard(), timeout: a.rtt.timeout(),
		listen: a.late.listen(), hearing: a.hearing,
		loss: a.loss, lost: lost, blackout: a.blackout.since != 0, highLoss: lost > highLoss,
		proven: a.blackout.latest, doubt: a.blackout.doubt(),
		unseen:  a.link.is && !a.loss.heard(),
		looking: !a.link.mayGrow(now, a.loss.heard()),
		udp:     a.icmpLimiter.view(),
	}
}
