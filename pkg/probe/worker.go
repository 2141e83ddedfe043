package probe

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"portkit/pkg/probe/internal/timeline"
)

const (
	// sendsPerPoll is the most attempts between two polls: an answer that
	// lies unread while others are sent looks like a slow one. With 64 the
	// median round trip of a host 20 µs away was told as 370 µs, with 16 as
	// 110 µs, and no slower for it.
	sendsPerPoll   = 16
	answersPerPoll = 256
	// grantEvery is how often a worker that finds nothing to start lets more be
	// taken in: what holds it back may pass by itself.
	grantEvery = 20 * time.Millisecond
	// flushEvery is how long settled jobs stay with a busy worker's Sink.
	flushEvery = Time(20 * time.Millisecond)
)

// worker asks its share of the jobs. Only its own goroutine touches it, but
// for the inbox and what is atomic.
type worker struct {
	engine      *Engine
	pool        *[]*worker // that share its protocols
	index       int        // among them
	t           Transport
	sink        Sink
	room        int // the most places: endpoints that wait for an answer
	descriptors int // attempts that the transport can hold
	rcvLimit    rcvLimit

	inbox       inbox
	sleeping    atomic.Bool
	readAhead   atomic.Int64 // leave to submit so often more, as nothing here may be started
	readAheadAt Time         // when that was given last

	pending  pending // jobs that others with the same question join
	jobs     []*Job  // by slot
	gens     []uint32
	free     []uint32
	live     int // jobs in the table
	open     int // attempts that the transport holds
	inFlight int // of them, those that wait for an answer
	started  int // since the engine was told
	wheel    *wheel
	again    round                        // queues with jobs that hold a place
	waiting  round                        // queues with jobs that need one
	paced    timeline.Queue[Time, *queue] // queues that wait for the rate limit of their address
	busy     Time                         // the transport takes nothing before

	attempts    [sendsPerPoll]Attempt // those that batch is of
	batch       []*Attempt
	dropped     Attempt // the latest, here so that it need not be allocated
	answers     [answersPerPoll]Answer
	expire      func(*Job)
	now         Time
	polled      Time // when the latest poll ended
	pollResumed Time // when polling went on after the latest lapse
	flushed     Time
	end         *ending
	counts      Counts
}

// inbox is what others leave for a worker.
type inbox struct {
	mu    sync.Mutex
	full  atomic.Bool
	jobs  []*Job
	spare []*Job
	freed []*address // where there may be a place again
}

func newWorker(e *Engine, index, room int, pool *[]*worker, t Transport) *worker {
	w := &worker{
		engine: e, pool: pool, index: index, t: t,
		sink: e.opts.Sink(len(e.workers)),
		room: room, descriptors: t.Stats().Room, rcvLimit: rcvLimit{most: room},
		wheel: newWheel(t.Now()),
		batch: make([]*Attempt, 0, sendsPerPoll),
	}
	w.expire, w.polled = w.onTimeout, t.Now()
	return w
}

// share divides n among workers as evenly as it goes.
func share(n, workers, index int) int {
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
		// closed before the inbox: nobody leaves anything there after.
		if w.engine.closed.Load() && w.live == 0 && w.inbox.empty() {
			w.sink.Flush()
			return
		}
		if err := w.poll(min(next, w.wheel.next())); err != nil {
			w.engine.fail(err)
		}
	}
}

// poll hears answers until the time given, then lets timers run out. An
// attempt's time counts as over only if it was over before a poll that left
// nothing unread.
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
	n, drained, err := w.t.Poll(until, w.answers[:])
	w.sleeping.Store(false)
	w.now = max(at, w.t.Now())
	w.detectStall(at, until)
	for i := range w.answers[:n] {
		w.onReply(&w.answers[i])
	}
	w.rcvLimit.note(w.now, w.t.Stats().Dropped, w.inFlight, n, w.room)
	if drained {
		w.wheel.expire(at, w.expire)
	}
	return err
}

// detectStall notes that a poll, which was to begin at a time and to last until
// another at most, has come or ended late.
func (w *worker) detectStall(at, until Time) {
	if w.now.Sub(max(at, until)) > stall || at.Sub(w.polled) > stall {
		w.pollResumed = w.now
	}
	w.polled = w.now
}

// slotFreed tells the worker that an address it waits for has a place. Other
// goroutines call it.
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

// takeInbox moves what others left into the worker's own tables.
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

// accept gives a job its slot and its place in the queue.
func (w *worker) accept(j *Job) {
	if w.attach(j) {
		return
	}
	if n := len(w.free); n > 0 {
		j.slot = w.free[n-1]
		w.free = w.free[:n-1]
		w.jobs[j.slot] = j
	} else {
		j.slot = uint32(len(w.jobs))
		w.jobs = append(w.jobs, j)
		w.gens = append(w.gens, 1)
	}
	w.live++
	j.phase, j.RTT = queued, -1
	w.queue(j)
	if w.end != nil {
		w.settle(j, w.end.reason, w.now)
	}
}

// queue puts a job that is to be sent in its lane.
func (w *worker) queue(j *Job) {
	q := w.queueOf(j)
	q.jobs.pushBack(j)
	w.round(q).push(q)
}

// queueOf is where a job that is to be sent waits.
func (w *worker) queueOf(j *Job) *queue {
	l := &j.address.lanes[w.index]
	switch {
	case j.phase == retransmit:
		return &l.again
	case j.phase == ready && j.discounted > 0 && l.rejected != nil:
		return l.rejected
	}
	return &l.waiting
}

// lookAgain puts an address's queues that may have waited for a place on their
// round.
func (w *worker) lookAgain(a *address) {
	l := &a.lanes[w.index]
	w.waiting.push(&l.waiting)
	if l.rejected != nil {
		w.waiting.push(l.rejected)
	}
}

// report tells the engine what was started, and lets it take more in if nothing
// here may be started though there is room. It returns when it will do so again.
func (w *worker) report() Time {
	if w.started > 0 {
		w.engine.queued.Add(int64(-w.started))
		w.started = 0
	}
	w.counts.InFlight.Store(int64(w.inFlight))
	hungry := len(w.jobs) > 0 && w.inFlight < w.rcvLimit.most && w.waiting.empty() && w.again.empty()
	again := w.readAheadAt.Add(grantEvery)
	if hungry && w.now >= again {
		w.readAhead.Store(w.engine.readAhead())
		w.readAheadAt, again = w.now, w.now.Add(grantEvery)
	}
	w.engine.madeRoom(w.readAhead.Load() > 0)
	if hungry && w.engine.submitters.Load() > 0 {
		return again
	}
	return Never
}

// wake lets workers look at an address's queue again.
func (w *worker) wake(a *address, workers uint64) {
	for workers != 0 {
		i := bits.TrailingZeros64(workers)
		workers &= workers - 1
		if i == w.index {
			w.lookAgain(a)
		} else {
			(*w.pool)[i].slotFreed(a)
		}
	}
}
