package portprobe

import (
	"errors"
	"sync"

	"portkit/pkg/cli"
)

// errInterrupted is the error of a read after the interruption.
var errInterrupted = errors.New("interrupted")

// interruption ends the reading of input from another goroutine. Lines that were
// read by then are still processed.
type interruption struct {
	mu       sync.Mutex // held while a line is processed
	changed  sync.Cond  // idle or done became true
	canceler *cli.InputCanceler
	idle     bool // every line read is processed, and the next read may block for ever
	stopping bool // no more input is read
	done     bool // no more lines are processed
}

func newInterruption() *interruption {
	i := &interruption{canceler: cli.NewInputCanceler(), idle: true}
	i.changed.L = &i.mu
	return i
}

// mayRead records whether the reader is idle, and reports whether it may read on.
func (i *interruption) mayRead(idle bool) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.idle = idle
	i.done = i.done || i.stopping
	i.changed.Broadcast()
	return !i.done
}

// stop returns when all lines that were read are processed. None is processed
// after that. mu is held.
func (i *interruption) stop() {
	i.stopping = true
	i.canceler.Stop()
	for !i.idle && !i.done {
		i.changed.Wait()
	}
	i.done = true
}

// interruptible is an input that fails with errInterrupted after the interruption.
type interruptible struct {
	*cli.Input
	by *interruption
}

// Read waits for input while idle, and then reads while not idle: stop waits for
// the read, so that what it returns is not lost. An input that cannot be polled is
// read while idle.
func (r interruptible) Read(p []byte) (int, error) {
	if !r.by.mayRead(true) || !r.by.mayRead(!r.Ready(r.by.canceler)) {
		return 0, errInterrupted
	}
	return r.Input.Read(p)
}
