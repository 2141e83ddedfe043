// Package goroutine is a transport that starts a goroutine for every attempt, for probes
// that are made by a blocking call.
package goroutine

import (
	"context"
	"sync"
	"time"

	"portkit/pkg/probe"
)

// Probe makes one attempt; ok is false for no reply. It uses at most one descriptor, which it
// closes before it returns. It returns soon after ctx is done; its result is ignored then.
type Probe func(ctx context.Context, a *probe.Attempt) (answer probe.Reply, ok bool)

// Transport is a probe.Transport of goroutines.
type Transport struct {
	room    int
	clock   probe.Clock
	probe   Probe
	handle  uint64 // the latest one
	cancels map[uint64]context.CancelFunc
	done    sync.WaitGroup

	mu      sync.Mutex
	results []result
	active  int // running goroutines
	wake    chan struct{}
	pending bool // wake contains a token
}

// result is the end of an attempt.
type result struct {
	probe.Reply
	handle  uint64
	noReply bool
}

// New returns a transport for one worker with at most room outstanding attempts.
func New(room int, c probe.Clock, p Probe) *Transport {
	return &Transport{
		room: room, clock: c, probe: p, cancels: map[uint64]context.CancelFunc{},
		wake: make(chan struct{}, 1),
	}
}

// Now returns the time of the shared clock.
func (t *Transport) Now() probe.Time { return t.clock.Now() }

// Send starts a goroutine for every attempt.
func (t *Transport) Send(as []*probe.Attempt) (int, error) {
	for i, a := range as {
		if !t.acquire() {
			return i, probe.ErrBusy
		}
		t.handle++
		a.Handle = t.handle
		a.Sent = t.Now()
		ctx, cancel := context.WithCancel(context.Background())
		t.cancels[a.Handle] = cancel
		attempt := *a
		t.done.Go(func() { t.run(ctx, attempt) })
	}
	return len(as), nil
}

// acquire reserves a descriptor.
func (t *Transport) acquire() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.active >= t.room {
		return false
	}
	t.active++
	return true
}

// run makes an attempt.
func (t *Transport) run(ctx context.Context, a probe.Attempt) {
	answer, ok := t.probe(ctx, &a)
	answer.ID, answer.N, answer.At = a.ID, a.N, t.Now()
	t.finish(result{Reply: answer, handle: a.Handle, noReply: !ok || ctx.Err() != nil})
}

// finish passes a result to Poll.
func (t *Transport) finish(r result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.active--
	t.results = append(t.results, r)
	t.signal()
}

// signal ends a Poll. The caller holds the mutex.
func (t *Transport) signal() {
	if !t.pending {
		t.pending = true
		t.wake <- struct{}{}
	}
}

// Poll returns the answers of finished goroutines.
func (t *Transport) Poll(until probe.Time, into []probe.Reply) (int, bool, error) {
	if wait := until.Sub(t.Now()); wait > 0 && !t.ready() {
		t.sleep(until, wait)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending {
		<-t.wake
		t.pending = false
	}
	n, used := 0, 0
	for used < len(t.results) && n < len(into) {
		r := &t.results[used]
		used++
		t.cancel(r.handle)
		if !r.noReply {
			into[n] = r.Reply
			n++
		}
	}
	t.results = append(t.results[:0], t.results[used:]...)
	if len(t.results) > 0 {
		t.signal()
	}
	return n, len(t.results) == 0, nil
}

func (t *Transport) ready() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pending
}

func (t *Transport) sleep(until probe.Time, wait time.Duration) {
	var due <-chan time.Time
	if until != probe.Never {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-t.wake:
		t.mu.Lock()
		t.pending = false
		t.mu.Unlock()
	}
}

// cancel cancels the context of an attempt, which may have finished.
func (t *Transport) cancel(handle uint64) {
	if cancel := t.cancels[handle]; cancel != nil {
		cancel()
		delete(t.cancels, handle)
	}
}

// Forget ends an attempt. Its descriptor is closed a little later.
func (t *Transport) Forget(a *probe.Attempt) { t.cancel(a.Handle) }

// Wake ends a Poll.
func (t *Transport) Wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.signal()
}

// Stats reports the maximum number of outstanding attempts.
func (t *Transport) Stats() probe.Stats { return probe.Stats{Room: t.room} }

// Close ends all attempts and waits for their goroutines.
func (t *Transport) Close() error {
	for handle := range t.cancels {
		t.cancel(handle)
	}
	t.done.Wait()
	return nil
}
