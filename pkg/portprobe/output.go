package portprobe

import (
	"io"
	"sync"
	"sync/atomic"

	"portkit/pkg/endpoint"
)

// maxUnwritten is how many bytes may wait for the writer before the workers
// start nothing new.
const maxUnwritten = 256 << 10

// resultBatch is lines that belong together, with what they stand for.
type resultBatch struct {
	lines   []byte
	ends    []line // of each line in lines, only where the order is kept
	records int    // including those that are not shown
	bytes   int    // of their text, for the gate
	tally   tally
	skipped int64 // of tally's errors, those of no consequence: see output
}

// line is where a record's line ends in its parcel, and its place in the
// order. A record that is not shown has an empty line.
type line struct {
	seq uint64
	end int
}

func (p *resultBatch) reset() {
	*p = resultBatch{lines: p.lines[:0], ends: p.ends[:0]}
}

// tally counts records by state.
type tally [endpoint.States]int64

func (t *tally) add(u *tally) {
	for i, n := range u {
		t[i] += n
	}
}

// output writes lines on a goroutine of its own, so that nobody who asks
// endpoints waits for a reader downstream.
type output struct {
	w      io.Writer
	gate   *backlog
	onRoom func() // called when full turns false
	onFail func() // called once, when a line could not be written

	full atomic.Bool
	done chan struct{}

	mu     sync.Mutex
	ready  sync.Cond
	next   resultBatch
	order  *order // nil: as they come
	closed bool
	err    error
	tally  tally
	// skipped is those of tally's errors that are broadcast or multicast
	// addresses. Every prefix of an own link has some: they are no failure.
	skipped int64
}

// failures returns the error records that count for the exit status.
func (o *output) failures() int64 { return o.tally[endpoint.Error] - o.skipped }

// startOutput makes an output and its goroutine, which ends with close.
func startOutput(w io.Writer, g *backlog, keepOrder bool, onRoom, onFail func()) *output {
	o := &output{w: w, gate: g, onRoom: onRoom, onFail: onFail, done: make(chan struct{})}
	o.ready.L = &o.mu
	if keepOrder {
		o.order = newOrder()
	}
	go o.run()
	return o
}

// put takes a parcel's content over and empties it. It never waits.
func (o *output) put(p *resultBatch) {
	if p.records == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tally.add(&p.tally)
	o.skipped += p.skipped
	if o.order == nil {
		o.next.lines = append(o.next.lines, p.lines...)
		o.next.records += p.records
		o.next.bytes += p.bytes
	} else {
		o.order.take(p, &o.next)
	}
	p.reset()
	if len(o.next.lines) > maxUnwritten {
		o.full.Store(true)
	}
	o.ready.Signal()
}

// run is the life of the writing goroutine.
func (o *output) run() {
	defer close(o.done)
	var out resultBatch
	for o.take(&out) {
		if o.err == nil && len(out.lines) > 0 {
			if _, err := o.w.Write(out.lines); err != nil {
				o.fail(err)
			}
		}
		o.gate.leave(out.records, out.bytes)
		out.reset()
	}
}

// take waits for lines and swaps them out; false when there will be none.
func (o *output) take(out *resultBatch) bool {
	o.mu.Lock()
	for o.next.records == 0 && !o.closed {
		o.ready.Wait()
	}
	more := o.next.records > 0
	o.next, *out = *out, o.next
	freed := o.full.Swap(false)
	o.mu.Unlock()
	if freed {
		o.onRoom()
	}
	return more
}

// fail ends writing: what follows is only counted.
func (o *output) fail(err error) {
	o.mu.Lock()
	o.err = err
	o.mu.Unlock()
	o.onFail()
}

// count returns the records so far by state, and how many are failures.
func (o *output) count() (by tally, failures int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tally, o.failures()
}

// close writes what waits and ends the goroutine. It returns the error that
// kept lines from being written.
func (o *output) close() error {
	o.mu.Lock()
	o.closed = true
	o.ready.Signal()
	o.mu.Unlock()
	<-o.done
	return o.err
}
