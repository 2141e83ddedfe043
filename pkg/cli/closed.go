package cli

import "errors"

var errClosed = errors.New("closed")

// closedInput is a standard input that was closed when the process began.
type closedInput struct{}

func (closedInput) Read([]byte) (int, error) { return 0, errClosed }

// closedOutput is a standard output that was.
type closedOutput struct{}

func (closedOutput) Write([]byte) (int, error) { return 0, errClosed }
