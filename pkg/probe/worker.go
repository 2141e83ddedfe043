package probe

import (
	"iter"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"portkit/pkg/probe/internal/timeline"
)

const (
	// sendsPerPoll is the maximum number of probes between two polls. A reply that is
	// not read meanwhile seems to have a longer RTT: at a host 20 µs away the median
	// was measured as 370 µs with 64, and 110 µs with 16, at the same speed.
	sendsPerPoll   = 16
	repliesPerPoll = 256
	// readAheadEvery is the interval at which a starved worker lets more jobs be
	// submitted. What holds it back may pass by itself.
	readAheadEvery = 20 * time.Millisecond
	// flushEvery is how long settled jobs stay in a busy worker's Sink.
	flushEvery = Time(20 * time.Millisecond)
)

// worker probes its share of the jobs. Only its own goroutine uses it, except for the
// inbox and the atomic fields.
type worker struct {
	engine      *Engine
	pool        *[]*worker // workers of its protocols
	index       int        // in the pool
	t           Transport
	sink        Sink
	room        int // maximum of inFlight
	descriptors int // maximum of open
	rcvLimit    rcvLimit

	inbox       inbox
	sleeping    atomic.Bool
	readAhead   atomic.Int64 // number of Submit calls that are allowed beyond the limit
	readAheadAt Time         // when these were last allowed

	pending     pending // jobs whose probes others may share
	jobs        []*Job  // by slot
	gens        []uint32
	free        []uint32
	live        int // jobs in the table, without canaries
	open        int // probes that the transport holds
	heard       int // of these, the ones to addresses that had replied
	inFlight    int // endpoints that hold a slot
	started     int // jobs, since the engine was told
	watches     int // timers for canaries
	vainListens int // of a whole timeout, since the latest that had a reply
	wheel       *wheel
	canaries    round                        // queues with canaries, which precede all others
	retransmit  round                        // queues with jobs that hold a slot
	needSlot    round                        // the others
	skipped     round                        // queues with jobs of silent addresses
	paced       timeline.Queue[Time, *queue] // queues that wait for a rate limit
	echoes      timeline.Queue[Time, echo]   // that are to be sent
	busy        Time                         // the transport is busy until then

	attempts    [sendsPerPoll]Attempt
	outgoing    [sendsPerPoll]outgoing // by index in batch
	batch       []*Attempt             // to be sent; into attempts
	dropped     Attempt                // argument of Forget, here to avoid an allocation
	replies     [repliesPerPoll]Reply
	expired     func(*Job)
	now         Time
	polled      Time // end of the latest poll
	pollResumed Time // end of the latest stall
	flushed     Time
	end         *ending
	counts      Counts
}

// inbox holds jobs and events from other goroutines.
type inbox struct {
	mu    sync.Mutex
	full  atomic.Bool
	jobs  []*Job
	spare []*Job
	freed []*address // that have a free slot again
}

func newWorker(e *Engine, index, room int, pool *[]*worker, t Transport) *worker {
	w := &worker{
		engine: e, pool: pool, index: index, t: t,
		sink: e.opts.Sink(len(e.workers)),
		room: room, descriptors: t.Stats().Room, rcvLimit: rcvLimit{most: room},
		wheel: newWheel(t.Now()),
		batch: make([]*Attempt, 0, sendsPerPoll),
	}
	w.expired, w.polled = w.onTimeout, t.Now()
	return w
}

// divide returns a worker's part of n.
func divide(n, workers, index int) int {
	s := n / workers
	if index < n%workers {
		s++
	}
	return max(s, 1)
}

// run is the whole life of a worker.
func (w *worker) run() {
	for {
		w.now = w.t.Now()
		w.takeInbox()
		w.checkStop()
		next := w.transmit()
		next = min(next, w.report())
		// closed is read before the inbox: nothing is added after it.
		if w.engine.closed.Load() && w.live == 0 && w.inbox.empty() {
			w.sink.Flush()
			return
		}
		if err := w.poll(min(next, w.wheel.next())); err != nil {
			w.engine.fail(err)
		}
	}
}

// poll handles replies until a time, then expired timers. A timer has expired only if
// it had before a poll that left nothing unread.
func (w *worker) poll(until Time) error {
	at := w.now
	if until > at {
		w.sink.Flush()
		w.flushed = at
		w.sleeping.Store(true)
		if w.inbox.full.Load() {
			until = at
		}
	} else if at-w.flushed > flushEvery {
		w.sink.Flush()
		w.flushed = at
	}
	n, drained, err := w.t.Poll(until, w.replies[:])
	w.sleeping.Store(false)
	w.now = max(at, w.t.Now())
	w.detectStall(at, until)
	for i := range w.replies[:n] {
		w.onReply(&w.replies[i])
	}
	w.rcvLimit.note(w.now, w.t.Stats().Dropped, w.inFlight, n, w.room)
	if drained {
		w.wheel.expire(at, w.expired)
	}
	return err
}

// detectStall records a stall if the poll that was to last from at to until began or
// ended late.
func (w *worker) detectStall(at, until Time) {
	if w.now.Sub(max(at, until)) > stall || at.Sub(w.polled) > stall {
		w.pollResumed = w.now
	}
	w.polled = w.now
}

// slotFreed reports to the worker that an address has a free slot. Other goroutines call it.
func (w *worker) slotFreed(a *address) {
	w.inbox.mu.Lock()
	w.inbox.freed = append(w.inbox.freed, a)
	w.inbox.mu.Unlock()
	w.wakeUp()
}

// wakeUp makes the worker look at its inbox. Other goroutines call it.
func (w *worker) wakeUp() {
	w.inbox.full.Store(true)
	if w.sleeping.CompareAndSwap(true, false) {
		w.t.Wake()
	}
}

func (b *inbox) empty() bool { return !b.full.Load() }

// takeInbox empties the inbox.
func (w *worker) takeInbox() {
	b := &w.inbox
	if !b.full.Load() {
		return
	}
	b.mu.Lock()
	b.full.Store(false)
	jobs, freed := b.jobs, b.freed
	b.jobs, b.spare, b.freed = b.spare[:0], jobs, nil
	b.mu.Unlock()
	for i, j := range jobs {
		w.accept(j)
		jobs[i] = nil
	}
	for _, a := range freed {
		w.lookAgain(a)
	}
}

// accept puts a job in the table and in its lane, unless it shares another's probes.
func (w *worker) accept(j *Job) {
	if w.attach(j) {
		w.leaveSample(j, false)
		return
	}
	w.enter(j)
	w.live++
	if j.role == roleSample || j.address.presence == nil {
		w.queue(j)
	} else {
		w.hold(j)
	}
	if w.end != nil {
		w.settle(j, w.end.reason, w.now)
	}
}

// enter puts a job in the table.
func (w *worker) enter(j *Job) {
	if n := len(w.free); n > 0 {
		j.slot = w.free[n-1]
		w.free = w.free[:n-1]
		w.jobs[j.slot] = j
	} else {
		j.slot = uint32(len(w.jobs))
		w.jobs = append(w.jobs, j)
		w.gens = append(w.gens, 1)
	}
}

// report passes the number of started jobs to the engine. A worker is starved if it may not
// start any, though it has slots: then it lets more be submitted. report returns when
// to do so again.
func (w *worker) report() Time {
	if w.started > 0 {
		w.engine.queued.Add(int64(-w.started))
		w.started = 0
	}
	w.counts.InFlight.Store(int64(w.inFlight))
	starved := len(w.jobs) > 0 && w.inFlight < w.rcvLimit.most && w.needSlot.empty() && w.retransmit.empty()
	again := w.readAheadAt.Add(readAheadEvery)
	if starved && w.now >= again {
		w.readAhead.Store(w.engine.readAhead())
		w.readAheadAt, again = w.now, w.now.Add(readAheadEvery)
	}
	w.engine.madeRoom(w.readAhead.Load() > 0)
	if starved && w.engine.submitters.Load() > 0 {
		return again
	}
	return Never
}

// eachWorker returns the indexes of workers that are given as bits.
func eachWorker(workers uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for ; workers != 0; workers &= workers - 1 {
			if !yield(bits.TrailingZeros64(workers)) {
				return
			}
		}
	}
}

// wake lets workers, given as bits, look at an address's queues again.
func (w *worker) wake(a *address, workers uint64) {
	for i := range eachWorker(workers) {
		if i == w.index {
			w.lookAgain(a)
		} else {
			(*w.pool)[i].slotFreed(a)
		}
	}
}
