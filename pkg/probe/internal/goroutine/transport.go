// Package goroutine is a transport with a goroutine for every attempt, for what
// can be asked by a call that waits.
package goroutine

import (
	"context"
	"sync"
	"time"

	"portkit/pkg/probe"
)

// Ask makes one attempt and returns what came back; ok is false for silence. It
// holds at most one descriptor, and gives it back before it returns. It returns
// soon after ctx is done; what it returns then does not matter.
type Ask func(ctx context.Context, a *probe.Attempt) (answer probe.Answer, ok bool)

// Transport is a probe.Transport of goroutines.
type Transport struct {
	room  int
	clock probe.Clock
	ask   Ask
	next  uint64
	stops map[uint64]context.CancelFunc
	done  sync.WaitGroup

	mu      sync.Mutex
	heard   []heard
	active  int // goroutines that hold a descriptor
	wake    chan struct{}
	pending bool // wake holds a token
}

// heard is an answer, or the end of an attempt without one.
type heard struct {
	probe.Answer
	handle uint64
	silent bool
}

// New returns a transport for one worker, with at most room attempts under way
// at once.
func New(room int, c probe.Clock, ask Ask) *Transport {
	return &Transport{
		room: room, clock: c, ask: ask, stops: map[uint64]context.CancelFunc{},
		wake: make(chan struct{}, 1),
	}
}

// Now is the time of the shared clock.
func (t *Transport) Now() probe.Time { return t.clock.Now() }

// Send starts a goroutine for every attempt.
func (t *Transport) Send(as []*probe.Attempt) (int, error) {
	for i, a := range as {
		if !t.enter() {
			return i, probe.ErrBusy
		}
		t.next++
		a.Handle = t.next
		a.Sent = t.Now()
		ctx, cancel := context.WithCancel(context.Background())
		t.stops[a.Handle] = cancel
		attempt := *a
		t.done.Go(func() { t.run(ctx, attempt) })
	}
	return len(as), nil
}

// enter takes a descriptor of the budget.
func (t *Transport) enter() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.active >= t.room {
		return false
	}
	t.active++
	return true
}

// run is the whole life of an attempt.
func (t *Transport) run(ctx context.Context, a probe.Attempt) {
	answer, ok := t.ask(ctx, &a)
	answer.ID, answer.N, answer.At = a.ID, a.N, t.Now()
	t.leave(heard{Answer: answer, handle: a.Handle, silent: !ok || ctx.Err() != nil})
}

// leave hands over what an attempt came to.
func (t *Transport) leave(h heard) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.active--
	t.heard = append(t.heard, h)
	t.signal()
}

// signal ends a Poll. The mutex is held.
func (t *Transport) signal() {
	if !t.pending {
		t.pending = true
		t.wake <- struct{}{}
	}
}

// Poll hands out the answers that goroutines left.
func (t *Transport) Poll(until probe.Time, into []probe.Answer) (int, bool, error) {
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
	for used < len(t.heard) && n < len(into) {
		h := &t.heard[used]
		used++
		t.drop(h.handle)
		if !h.silent {
			into[n] = h.Answer
			n++
		}
	}
	t.heard = append(t.heard[:0], t.heard[used:]...)
	if len(t.heard) > 0 {
		t.signal()
	}
	return n, len(t.heard) == 0, nil
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

// drop forgets how to stop an attempt.
func (t *Transport) drop(handle uint64) {
	if stop := t.stops[handle]; stop != nil {
		stop()
		delete(t.stops, handle)
	}
}

// Forget ends an attempt. The descriptor is free a little later.
func (t *Transport) Forget(a *probe.Attempt) { t.drop(a.Handle) }

// Wake ends a Poll.
func (t *Transport) Wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.signal()
}

// Stats says how many attempts may be under way.
func (t *Transport) Stats() probe.Stats { return probe.Stats{Room: t.room} }

// Close stops all attempts and waits until they have ended.
func (t *Transport) Close() error {
	for handle := range t.stops {
		t.drop(handle)
	}
	t.done.Wait()
	return nil
}
