package cli

import (
	"context"
	"os"
	"os/signal"
	"time"
)

const (
	// stopGrace is how long a tool that stops at once has to finish a line.
	stopGrace = 250 * time.Millisecond
	// oneSignal is how close together two equal signals count as one:
	// timeout(1) sends its child the signal and then its whole group.
	oneSignal = 100 * time.Millisecond
)

// signals is what has come of them.
type signals struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	ch     chan os.Signal
	came   chan struct{}  // closed by the first
	first  chan os.Signal // holds the first once it has come
}

// catchSignals begins to receive the signals that end a tool. One that was
// ignored when the process began stays so, as for a job of nohup.
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

// watch waits for the first signal, tells the tool, and ends the process if
// the tool does not. It lives as long as the process.
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

// received returns the first signal, nil if none has come.
func (s *signals) received() os.Signal {
	select {
	case sig := <-s.first:
		return sig
	default:
		return nil
	}
}
