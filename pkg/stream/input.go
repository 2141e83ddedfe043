package stream

import (
	"errors"
	"io"
	"sync"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
)

// errInterrupted is the error of a read after the interruption.
var errInterrupted = errors.New("interrupted")

// Input reads the lines of all inputs until another goroutine ends that. Lines that
// were read by then are still processed.
type Input struct {
	process func(ndjson.Line)
	flush   func()

	mu       sync.Mutex // held while lines are processed
	changed  sync.Cond  // idle or done became true
	canceler *cli.InputCanceler
	idle     bool // every line read is processed, and the next read may block for ever
	stopping bool // no more input is read
	done     bool // no more lines are processed
}

// NewInput returns an Input that passes lines to process, and calls flush when the next
// line may be long in coming. Only one of these calls runs at a time. The caller must
// call Finish.
func NewInput(process func(ndjson.Line), flush func()) *Input {
	i := &Input{process: process, flush: flush, canceler: cli.NewInputCanceler(), idle: true}
	i.changed.L = &i.mu
	return i
}

// Read processes one input until it ends or Finish is called.
func (i *Input) Read(in *cli.Input) error {
	lines := ndjson.NewReader(interruptible{in, i})
	lines.FirstLineOnly = true
	defer i.mayRead(true)
	var block ndjson.Block
	for {
		var err error
		block, err = lines.NextBlock(block.Data)
		i.processAll(&block)
		if err == io.EOF || err == errInterrupted {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// processAll processes the lines of a block, after which the next may be long in coming.
func (i *Input) processAll(block *ndjson.Block) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.idle = false
	for line, ok := block.Next(); ok && !i.done; line, ok = block.Next() {
		i.process(line)
	}
	i.flush()
}

// Finish returns when all lines that were read are processed. None is processed after
// that.
func (i *Input) Finish() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stopping = true
	i.canceler.Stop()
	for !i.idle && !i.done {
		i.changed.Wait()
	}
	i.done = true
	i.flush()
}

// mayRead records whether the reader is idle, and reports whether it may read on.
func (i *Input) mayRead(idle bool) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.idle = idle
	i.done = i.done || i.stopping
	i.changed.Broadcast()
	return !i.done
}

// interruptible is an input that fails with errInterrupted after the interruption.
type interruptible struct {
	*cli.Input
	by *Input
}

// Read waits for input while idle, and then reads while not idle: Finish waits for
// the read, so that what it returns is not lost. An input that cannot be polled is
// read while idle.
func (r interruptible) Read(p []byte) (int, error) {
	if !r.by.mayRead(true) || !r.by.mayRead(!r.Ready(r.by.canceler)) {
		return 0, errInterrupted
	}
	return r.Input.Read(p)
}
