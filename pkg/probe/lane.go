package probe

// lane holds one worker's jobs for one address that are ready to be sent.
type lane struct {
	retransmits queue  // jobs that hold a slot
	needSlot    queue  // the others
	held        queue  // jobs that wait for the sample of their address (presence)
	icmpPaced   *queue // of the others, those that an ICMP limit may have left unanswered; nil for TCP
	canaries    queue
	awaiting    link // jobs that wait for a witness
	sightings   int  // of the address when these were last looked at
	judged      Time // when that was
	watch       *Job // the timer for the next canary; nil: none
}

// queue holds jobs of one kind in a lane. It is on its worker's round while its
// first job may be sent.
type queue struct {
	jobs      link
	address   *address
	next      *queue // on the round
	needsSlot bool
	icmpPaced bool // its jobs are sent at the pace of the address's ICMP errors
	canaries  bool
	pos       queuePos
}

// init makes q an empty queue of an address.
func (q *queue) init(a *address, needsSlot, icmpPaced bool) {
	q.address, q.needsSlot, q.icmpPaced = a, needsSlot, icmpPaced
	q.jobs.reset()
}

// queuePos is where a queue is.
type queuePos uint8

const (
	off     queuePos = iota // nowhere: empty, or waiting for a slot
	onRound                 // on a round of its worker
	onPaced                 // among its worker's queues that wait for a rate limit
)

// round is a circle of queues, each served once before any is served again, so that
// no address starves another.
type round struct{ last *queue }

func (r *round) empty() bool { return r.last == nil }

// push appends q if it has a job and is not waiting elsewhere.
func (r *round) push(q *queue) {
	if q.pos != off || q.jobs.empty() {
		return
	}
	q.pos = onRound
	if r.last == nil {
		q.next = q
	} else {
		q.next, r.last.next = r.last.next, q
	}
	r.last = q
}

// pop removes and returns the next queue; nil if there is none.
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
	q.next, q.pos = nil, off
	return q
}

// queue appends a job that is to be sent to its lane.
func (w *worker) queue(j *Job) {
	q := w.queueOf(j)
	q.jobs.pushBack(j)
	w.round(q).push(q)
}

// queueOf returns the queue of a job that is to be sent.
func (w *worker) queueOf(j *Job) *queue {
	l := &j.address.lanes[w.index]
	switch {
	case j.phase == retransmit:
		return &l.retransmits
	case j.role == roleCanary:
		return &l.canaries
	case j.phase == ready && j.discounted > 0 && l.icmpPaced != nil:
		return l.icmpPaced
	}
	return &l.needSlot
}

// round returns the round that q belongs on.
func (w *worker) round(q *queue) *round {
	switch {
	case q.canaries:
		return &w.canaries
	case q.needsSlot:
		return &w.needSlot
	}
	return &w.retransmit
}

// lookAgain puts the queues of an address that may have waited on their round, and
// looks at the endpoints that wait for a witness.
func (w *worker) lookAgain(a *address) {
	l := &a.lanes[w.index]
	w.lookAtHeld(a)
	w.needSlot.push(&l.needSlot)
	w.retransmit.push(&l.retransmits)
	w.canaries.push(&l.canaries)
	if l.icmpPaced != nil {
		w.needSlot.push(l.icmpPaced)
	}
	w.rejudge(a, false)
}
