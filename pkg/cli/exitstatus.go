package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// The exit statuses, as every tool's manual lists them.
const (
	StatusDone    = 0
	StatusRecords = 1
	StatusUsage   = 2
	StatusIO      = 3
)

// statusPipe is what a shell shows for an end by SIGPIPE: 128 + 13.
const statusPipe = 141

// ErrRecords ends a tool with status 1 and says nothing more: it is done, but
// some record that it wrote is an error.
var ErrRecords error = &statusError{status: StatusRecords, err: errors.New("some records are errors"), said: true}

// ErrDifferent ends a tool with status 1 and says nothing more: it is done, and
// what it compared is not the same.
var ErrDifferent error = &statusError{status: StatusRecords, err: errors.New("different"), said: true}

// ErrTrouble ends a tool with status 2 and says nothing more: what went wrong
// has been said.
var ErrTrouble error = &statusError{status: StatusUsage, err: errors.New("trouble"), said: true}

// statusError is an error that knows what the process ends with.
type statusError struct {
	status int
	err    error
	said   bool // on standard error, already
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// Usagef returns an error that ends the tool with status 2: nothing was done.
func Usagef(format string, a ...any) error {
	return UsageError(fmt.Errorf(format, a...))
}

// UsageError makes err end the tool with status 2: nothing was done. A nil
// error stays nil.
func UsageError(err error) error { return withStatus(StatusUsage, err) }

// InputError makes err end the tool with status 3: an input could not be
// read. A nil error stays nil.
func InputError(err error) error { return withStatus(StatusIO, err) }

// OutputError makes err end the tool with status 3: the output could not be
// written. A nil error stays nil.
func OutputError(err error) error { return withStatus(StatusIO, err) }

func withStatus(status int, err error) error {
	if err == nil {
		return nil
	}
	return &statusError{status: status, err: err}
}

// SignalError is the cause of a context that ended because of a signal.
type SignalError struct{ Signal os.Signal }

func (e *SignalError) Error() string { return e.Signal.String() }

// Signal returns the signal that ended ctx, nil if none did.
func Signal(ctx context.Context) os.Signal {
	var s *SignalError
	if errors.As(context.Cause(ctx), &s) {
		return s.Signal
	}
	return nil
}

// statusOf returns the exit status that err stands for. An error that says
// nothing of its status is one of reading or writing.
func statusOf(err error) int {
	var e *statusError
	switch {
	case err == nil:
		return StatusDone
	case errors.As(err, &e):
		return e.status
	}
	return StatusIO
}

// outweighed tells whether the failure of a stream is to be told instead of err,
// with which a tool ended all the same.
func outweighed(err error) bool {
	var e *statusError
	return err == nil || errors.As(err, &e) && e.said && e.status < StatusIO
}

// silent tells whether err has been said already, or says no more than that
// a signal came.
func silent(ctx context.Context, err error) bool {
	var e *statusError
	return errors.As(err, &e) && e.said || Signal(ctx) != nil && errors.Is(err, context.Canceled)
}

// nameError puts what was being read or written before the bare reason.
func nameError(name string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
