package stream

import (
	"io"
	"sync"
	"sync/atomic"

	"portkit/pkg/endpoint"
)

// MaxUnwritten is the number of unwritten bytes above which workers start no new
// probes.
const MaxUnwritten = 256 << 10

// Batch contains the lines of records, and counts of these records.
type Batch struct {
	Lines   []byte
	Ends    []LineEnd // of each record in Lines; only with --keep-order
	Records int       // including those that are not shown
	Bytes   int       // of their text, for the backlog
	Tally   Tally
	Skipped int64 // errors that are not failures, see Output
}

// LineEnd is a record's place in the input, and the end of its line. The line is
// empty if the record is not shown.
type LineEnd struct {
	seq uint64
	end int
}

// End ends the line of a record, if shown, that was appended to Lines. seq is the
// record's place in the input, bytes the length of its text in the backlog.
func (b *Batch) End(seq uint64, state endpoint.State, bytes int, keepOrder bool) {
	b.Records++
	b.Bytes += bytes
	b.Tally[state]++
	if keepOrder {
		b.Ends = append(b.Ends, LineEnd{seq, len(b.Lines)})
	}
}

func (b *Batch) reset() {
	*b = Batch{Lines: b.Lines[:0], Ends: b.Ends[:0]}
}

// Tally counts records by state.
type Tally [endpoint.States]int64

// Output writes lines on its own goroutine, so that workers never wait for the
// reader of the output.
type Output struct {
	w       io.Writer
	backlog *Backlog
	onRoom  func() // called when full becomes false
	onFail  func() // called once, when a line could not be written

	full atomic.Bool
	done chan struct{}

	mu      sync.Mutex
	ready   sync.Cond
	room    sync.Cond
	waiting int // calls of WaitForRoom
	next    Batch
	order   *order // nil without --keep-order
	closed  bool
	err     error
	tally   Tally
	// skipped counts the errors that are broadcast or multicast addresses. Every
	// prefix of a local network has some, so they do not change the exit status.
	skipped int64
}

// Failures returns the number of errors so far that change the exit status.
func (o *Output) Failures() int64 {
	by, skipped := o.Count()
	return by[endpoint.Error] - skipped
}

// StartOutput returns an Output that writes to w until Close. It calls onRoom when Full
// becomes false, and onFail once, when writing has failed.
func StartOutput(w io.Writer, b *Backlog, keepOrder bool, onRoom, onFail func()) *Output {
	o := &Output{w: w, backlog: b, onRoom: onRoom, onFail: onFail, done: make(chan struct{})}
	o.ready.L, o.room.L = &o.mu, &o.mu
	if keepOrder {
		o.order = newOrder()
	}
	go o.run()
	return o
}

// Put copies a batch and empties it. It never blocks on the writer.
func (o *Output) Put(b *Batch) {
	if b.Records == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for state, n := range b.Tally {
		o.tally[state] += n
	}
	o.skipped += b.Skipped
	if o.order == nil {
		o.next.Lines = append(o.next.Lines, b.Lines...)
		o.next.Records += b.Records
		o.next.Bytes += b.Bytes
	} else {
		o.order.move(b, &o.next)
	}
	b.reset()
	if len(o.next.Lines) > MaxUnwritten {
		o.full.Store(true)
	}
	o.ready.Signal()
}

// run is the writing goroutine.
func (o *Output) run() {
	defer close(o.done)
	var out Batch
	for o.swap(&out) {
		if o.err == nil && len(out.Lines) > 0 {
			if _, err := o.w.Write(out.Lines); err != nil {
				o.fail(err)
			}
		}
		o.backlog.Remove(out.Records, out.Bytes)
		out.reset()
	}
}

// swap waits for records and exchanges them for an empty batch; false if there
// will be none.
func (o *Output) swap(out *Batch) bool {
	o.mu.Lock()
	for o.next.Records == 0 && !o.closed {
		o.ready.Wait()
	}
	more := o.next.Records > 0
	o.next, *out = *out, o.next
	wasFull := o.full.Swap(false)
	o.room.Broadcast()
	o.mu.Unlock()
	if wasFull {
		o.onRoom()
	}
	return more
}

// fail ends writing. Later records are only counted.
func (o *Output) fail(err error) {
	o.mu.Lock()
	o.err = err
	o.mu.Unlock()
	o.onFail()
}

// Count returns the records so far by state, and how many of the errors are broadcast
// or multicast addresses.
func (o *Output) Count() (by Tally, skipped int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tally, o.skipped
}

// Full reports whether the reader of the output is behind.
func (o *Output) Full() bool { return o.full.Load() }

// WaitForRoom waits while a good part of what makes the output Full is unwritten, so that
// who puts many records and calls it after each batch never stops workers.
func (o *Output) WaitForRoom() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting++
	for len(o.next.Lines) > MaxUnwritten/4 {
		o.room.Wait()
	}
	o.waiting--
}

// Behind reports whether anything waits for the reader of the output.
func (o *Output) Behind() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.waiting > 0 || o.Full()
}

// Close writes the rest and ends the goroutine. It returns the first write error.
func (o *Output) Close() error {
	o.mu.Lock()
	o.closed = true
	o.ready.Signal()
	o.mu.Unlock()
	<-o.done
	return o.err
}
