package cli

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
)

// Run runs a tool with the given streams and arguments, and returns its exit
// status. Signals are Main's; here, they are a Context that is canceled.
func Run(t Tool, with IO) int {
	ctx := newContext(t, with, &output{w: with.Out})
	return ctx.finish(runTool(ctx))
}

func newContext(t Tool, with IO, out *output) *Context {
	if with.Context == nil {
		with.Context = context.Background()
	}
	if with.Getenv == nil {
		with.Getenv = func(string) string { return "" }
	}
	log := NewLog(t.Name, with.Err, statusWidth(with))
	log.foreground = with.Foreground
	in := t.reader(StdinInMessages, with.In)
	in.ended = log.resume
	c := &Context{
		Context:     with.Context,
		In:          in,
		Out:         out,
		Stderr:      with.Err,
		Log:         log,
		OutTerminal: with.OutTerminal,
		ErrTerminal: with.ErrTerminal,
		Getenv:      with.Getenv,
		tool:        t,
		with:        with,
		in:          in,
		out:         out,
	}
	if with.OutTerminal {
		c.Out = &terminalWriter{w: out, log: log}
	}
	return c
}

// statusWidth returns the function for the width of the status line, nil if
// standard error cannot show one.
func statusWidth(with IO) func() int {
	if !with.ErrTerminal || with.Getenv("TERM") == "dumb" {
		return nil
	}
	if with.Width == nil {
		return func() int { return 0 }
	}
	return with.Width
}

// runTool reads the command line, and runs the command unless a flag such as
// --help was answered.
func runTool(ctx *Context) error {
	k, err := newParser(ctx.tool, ctx)
	if err != nil {
		return UsageError(err)
	}
	err = parse(k, ctx.with.Args)
	switch {
	case errors.Is(err, errAnswered):
		return nil
	case err != nil:
		err = UsageError(err)
	default:
		err = ctx.tool.Command.Run(ctx)
	}
	return foreign(ctx.tool, k, ctx.with.Args, err)
}

// RelaxGC lets garbage grow to percent of the memory in use before it is
// collected, and at least to minimum bytes, until end is called. The tools
// produce little garbage, so a low percentage costs little.
func RelaxGC(percent, minimum int) (end func()) {
	before := debug.SetGCPercent(percent)
	// Ballast counts as in use but is never touched, so it occupies no memory.
	// Without it a small heap is collected a dozen times while it grows.
	ballast := make([]byte, minimum*100/percent)
	return func() {
		runtime.KeepAlive(ballast)
		debug.SetGCPercent(before)
	}
}
