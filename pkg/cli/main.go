package cli

import (
	"os"

	"golang.org/x/term"
)

// Main runs a tool as the process that it is, and returns its exit status. A
// tool that a signal ends does not return: it ends by that signal, as a shell
// expects. This file is the only one that names the process's own streams,
// arguments and environment.
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
	}.orDefaults()
	with.OutFile, _ = stdout.Stat() // where it fails, writing does, too
	if closedAtStart(stdin) {
		with.In = closedInput{}
	}
	out := &output{w: stdout}
	if closedAtStart(stdout) {
		out.w = closedOutput{}
	}
	ctx := newContext(t, with, out)
	go sig.watch(t.onSignal(with.InTerminal), func(s os.Signal) { ctx.Log.leave(); endBySignal(s) })
	watchPipe(stdout, func() { ctx.Log.leave(); endByPipe() })

	err := checkDescriptors(MinDescriptors)
	if err == nil {
		err = runTool(t, with, ctx)
	}
	out.close(stdout)
	status := ctx.finish(err, out)
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
