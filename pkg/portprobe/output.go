package portprobe

import (
	"io"
	"sync"
	"sync/atomic"

	"portkit/pkg/endpoint"
)

// maxUnwritten is the number of unwritten bytes above which workers start no new
// probes.
const maxUnwritten = 256 << 10

// resultBatch contains the lines of records, and counts of these records.
type resultBatch struct {
	lines   []byte
	ends    []lineEnd // of each record in lines; only with --keep-order
	records int       // including those that are not shown
	bytes   int       // of their text, for the backlog
	tally   tally
	skipped int64 // errors that are not failures, see output
}

// lineEnd is a record's place in the input, and the end of its line. The line is
// empty if the record is not shown.
type lineEnd struct {
	seq uint64
	end int
}

func (b *resultBatch) reset() {
	*b = resultBatch{lines: b.lines[:0], ends: b.ends[:0]}
}

// tally counts records by state.
type tally [endpoint.States]int64

// output writes lines on its own goroutine, so that workers never wait for the
// reader of the output.
type output struct {
	w       io.Writer
	backlog *backlog
	onRoom  func() // called when full becomes false
	onFail  func() // called once, when a line could not be written

	full atomic.Bool
	done chan struct{}

	mu     sync.Mutex
	ready  sync.Cond
	next   resultBatch
	order  *order // nil without --keep-order
	closed bool
	err    error
	tally  tally
	// skipped counts the errors that are broadcast or multicast addresses. Every
	// prefix of a local network has some, so they do not change the exit status.
	skipped int64
}

// failures returns the number of errors that change the exit status.
func (o *output) failures() int64 { return o.tally[endpoint.Error] - o.skipped }

// startOutput starts an output's goroutine, which close ends.
func startOutput(w io.Writer, b *backlog, keepOrder bool, onRoom, onFail func()) *output {
	o := &output{w: w, backlog: b, onRoom: onRoom, onFail: onFail, done: make(chan struct{})}
	o.ready.L = &o.mu
	if keepOrder {
		o.order = newOrder()
	}
	go o.run()
	return o
}

// put copies a batch and empties it. It never blocks on the writer.
func (o *output) put(b *resultBatch) {
	if b.records == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for state, n := range b.tally {
		o.tally[state] += n
	}
	o.skipped += b.skipped
	if o.order == nil {
		o.next.lines = append(o.next.lines, b.lines...)
		o.next.records += b.records
		o.next.bytes += b.bytes
	} else {
		o.order.move(b, &o.next)
	}
	b.reset()
	if len(o.next.lines) > maxUnwritten {
		o.full.Store(true)
	}
	o.ready.Signal()
}

// run is the writing goroutine.
func (o *output) run() {
	defer close(o.done)
	var out resultBatch
	for o.swap(&out) {
		if o.err == nil && len(out.lines) > 0 {
			if _, err := o.w.Write(out.lines); err != nil {
				o.fail(err)
			}
		}
		o.backlog.remove(out.records, out.bytes)
		out.reset()
	}
}

// swap waits for records and exchanges them for an empty batch; false if there
// will be none.
func (o *output) swap(out *resultBatch) bool {
	o.mu.Lock()
	for o.next.records == 0 && !o.closed {
		o.ready.Wait()
	}
	more := o.next.records > 0
	o.next, *out = *out, o.next
	wasFull := o.full.Swap(false)
	o.mu.Unlock()
	if wasFull {
		o.onRoom()
	}
	return more
}

// fail ends writing. Later records are only counted.
func (o *output) fail(err error) {
	o.mu.Lock()
	o.err = err
	o.mu.Unlock()
	o.onFail()
}

// count returns the records so far by state, and the number of failures.
func (o *output) count() (by tally, failures int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tally, o.failures()
}

// close writes the rest and ends the goroutine. It returns the first write error.
func (o *output) close() error {
	o.mu.Lock()
	o.closed = true
	o.ready.Signal()
	o.mu.Unlock()
	<-o.done
	return o.err
}
