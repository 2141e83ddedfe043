package cli

import (
	"context"
	"os"
	"os/signal"
	"time"
)

const (
	// stopGrace is the time in which a tool that stops at once can finish a line.
	stopGrace = 250 * time.Millisecond
	// oneSignal is the time within which two equal signals count as one: timeout(1)
	// signals its child and then the child's group.
	oneSignal = 100 * time.Millisecond
)

// signals holds the signals that were received.
type signals struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	ch     chan os.Signal
	came   chan struct{}  // closed by the first signal
	first  chan os.Signal // holds the first signal
}

// catchSignals starts receiving the signals that end a tool. A signal that was
// ignored when the process began remains ignored, as under nohup(1).
func catchSignals() *signals {
	s := &signals{ch: make(chan os.Signal, 4), came: make(chan struct{}), first: make(chan os.Signal, 1)}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	for _, sig := range endingSignals() {
		if !signal.Ignored(sig) {
			signal.Notify(s.ch, sig)
		}
	}
	return s
}

// watch waits for the first signal, passes it to the tool, and calls end if the
// tool does not end in time. It runs as long as the process.
func (s *signals) watch(policy OnSignal, end func(os.Signal)) {
	first := <-s.ch
	s.first <- first
	close(s.came)
	if policy != ReadOn {
		s.cancel(&SignalError{first})
	}
	var late <-chan time.Time
	if policy == StopAtOnce {
		late = time.After(stopGrace)
	}
	same := time.Now().Add(oneSignal)
	for {
		select {
		case <-late:
			end(first)
		case second := <-s.ch:
			if second != first || time.Now().After(same) {
				end(second)
			}
		}
	}
}

// received returns the first signal, nil if there was none.
func (s *signals) received() os.Signal {
	select {
	case sig := <-s.first:
		return sig
	default:
		return nil
	}
}
