package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// The exit statuses of the tools, as their manual pages list them.
const (
	StatusDone    = 0
	StatusRecords = 1
	StatusUsage   = 2
	StatusIO      = 3
)

// statusPipe is the status that a shell reports after SIGPIPE: 128 + 13.
const statusPipe = 141

// finish prints the messages that are left and returns the exit status: that
// of a received signal, else that of err, else that of a stream that failed
// without an error of the command.
func (c *Context) finish(err error) int {
	for _, failed := range []error{c.out.failed(), c.inputs.failed} {
		if failed != nil && yields(err) {
			err = failed
		}
	}
	c.Log.Close()
	if err != nil && !silent(c, err) {
		c.Log.Printf("%v", err)
	}
	if s, ok := Signal(c).(syscall.Signal); ok {
		return 128 + int(s)
	}
	if status := statusOf(err); status != StatusIO || c.tool.Trouble == 0 {
		return status
	}
	return c.tool.Trouble
}

// statusError is an error with the exit status of the process.
type statusError struct {
	status   int
	err      error
	reported bool // on standard error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// ErrRecords ends a tool with status 1 and no message: it has finished, but some
// of the records that it wrote are errors.
var ErrRecords error = &statusError{status: StatusRecords, err: errors.New("some records are errors"), reported: true}

// ErrDifferent ends a tool with status 1 and no message: it has finished, and
// what it compared differs.
var ErrDifferent error = &statusError{status: StatusRecords, err: errors.New("different"), reported: true}

// ErrTrouble ends a tool with status 2 and no message: the trouble has been
// reported.
var ErrTrouble error = &statusError{status: StatusUsage, err: errors.New("trouble"), reported: true}

// Usagef returns an error that ends the tool with status 2.
func Usagef(format string, a ...any) error {
	return UsageError(fmt.Errorf(format, a...))
}

// UsageError returns err as one that ends the tool with status 2; nil for nil.
func UsageError(err error) error {
	if err == nil {
		return nil
	}
	return &statusError{status: StatusUsage, err: err}
}

// ErrInput ends a tool with status 3 and no message: an input that could not be used has
// been reported.
var ErrInput error = &statusError{status: StatusIO, err: errors.New("an input was not read"), reported: true}

// statusOf returns the exit status of err. An error without one is a failure
// to read or write.
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

// yields reports whether the failure of a stream is to be reported instead of
// err, the command's error.
func yields(err error) bool {
	var e *statusError
	return err == nil || errors.As(err, &e) && e.reported && e.status < StatusIO
}

// silent reports whether err needs no message: it has been reported, or only
// means that a signal came.
func silent(ctx context.Context, err error) bool {
	var e *statusError
	return errors.As(err, &e) && e.reported || Signal(ctx) != nil && errors.Is(err, context.Canceled)
}

// SignalError is the cause of a context that was canceled by a signal.
type SignalError struct{ Signal os.Signal }

func (e *SignalError) Error() string { return e.Signal.String() }

// Signal returns the signal that canceled ctx, nil if none did.
func Signal(ctx context.Context) os.Signal {
	var s *SignalError
	if errors.As(context.Cause(ctx), &s) {
		return s.Signal
	}
	return nil
}

// nameError puts name in place of the operation and path of a file error.
func nameError(name string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
