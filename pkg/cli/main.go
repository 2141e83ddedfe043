package cli

import (
	"errors"
	"os"

	"golang.org/x/term"
)

// Main runs a tool with the arguments and streams of the process and returns its
// exit status. If a signal ended the tool, Main does not return: the process ends
// by that signal, as a shell expects. This file is the only one that names the
// process's streams, arguments and environment.
func Main(t Tool) int {
	stdin, stdout, stderr := os.Stdin, os.Stdout, os.Stderr
	sig := catchSignals()
	with := IO{
		Args: os.Args[1:],
		In:   stdin, Out: stdout, Err: newErrorStream(stderr, sig.came),
		Getenv:      os.Getenv,
		Context:     sig.ctx,
		InTerminal:  isTerminal(stdin),
		OutTerminal: isTerminal(stdout),
		ErrTerminal: isTerminal(stderr),
		Width:       func() int { return terminalWidth(stderr) },
		Foreground:  func() bool { return inForeground(stderr) },
	}
	with.OutFile, _ = stdout.Stat() // if this fails, so does writing
	if closedAtStart(stdin) {
		with.In = closedStream{}
	}
	growPipe(stdin)
	growPipe(stdout)
	out := &output{w: stdout}
	if closedAtStart(stdout) {
		out.w = closedStream{}
	}
	ctx := newContext(t, with, out)
	go sig.watch(t.onSignal(with.InTerminal), func(s os.Signal) { ctx.Log.leave(); endBySignal(s) })
	watchPipe(stdout, func() { ctx.Log.leave(); endByPipe() })

	err := checkDescriptors(MinDescriptors)
	if err == nil {
		err = runTool(ctx)
	}
	out.close(stdout)
	status := ctx.finish(err)
	if s := sig.received(); s != nil {
		endBySignal(s)
	}
	return status
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func terminalWidth(f *os.File) int {
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return w
}

// closedStream is a standard stream that was closed when the process began.
type closedStream struct{}

var errClosed = errors.New("closed")

func (closedStream) Read([]byte) (int, error)  { return 0, errClosed }
func (closedStream) Write([]byte) (int, error) { return 0, errClosed }

// MinDescriptors is the number of file descriptors that a tool needs beside
// those open at its start: for pipes, sockets and files, and for the runtime's
// poller, without which the process crashes.
const MinDescriptors = 24

// checkDescriptors returns an error if the process cannot open n descriptors.
func checkDescriptors(n int) error {
	limit, needed := descriptorLimit(n)
	if limit >= needed {
		return nil
	}
	return Usagef("%d file descriptors are allowed, %d are needed; raise the limit: ulimit -n %[2]d", limit, needed)
}
