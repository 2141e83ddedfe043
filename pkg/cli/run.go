package cli

import (
	"context"
	"io"
	"syscall"
)

// Run runs a tool with everything it needs passed in, and returns its exit
// status. A signal is the business of Main: here, a Context that ends is one.
func Run(t Tool, with IO) int {
	with = with.orDefaults()
	out := &output{w: with.Out}
	ctx := newContext(t, with, out)
	err := runTool(t, with, ctx)
	return ctx.finish(err, out)
}

func (with IO) orDefaults() IO {
	if with.Context == nil {
		with.Context = context.Background()
	}
	if with.Getenv == nil {
		with.Getenv = func(string) string { return "" }
	}
	return with
}

func newContext(t Tool, with IO, out *output) *Context {
	log := NewLog(t.Name, with.Err, statusWidth(with))
	log.foreground = with.Foreground
	in := &namedReader{name: "standard input", r: with.In, ended: log.resume}
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
		inputs:      &inputs{terminal: with.InTerminal && with.ErrTerminal},
		in:          in,
		outFile:     with.OutFile,
	}
	if with.OutTerminal {
		c.Out = &terminalWriter{w: out, log: log}
	}
	return c
}

// statusWidth returns what a status line goes by, nil where standard error
// cannot show one.
func statusWidth(with IO) func() int {
	if !with.ErrTerminal || with.Getenv("TERM") == "dumb" {
		return nil
	}
	if with.Width == nil {
		return func() int { return 0 }
	}
	return with.Width
}

// Color tells whether standard error may be colored (https://no-color.org).
func (c *Context) Color() bool {
	return c.ErrTerminal && c.Getenv("NO_COLOR") == "" && c.Getenv("TERM") != "dumb"
}

// runTool reads the command line and runs the command, or says what was asked
// for.
func runTool(t Tool, with IO, ctx *Context) error {
	k, err := newParser(t)
	if err != nil {
		return UsageError(err)
	}
	switch err := parse(k, with.Args); {
	case asked(err) != "":
		return answer(asked(err), t, with, ctx)
	case err != nil:
		return foreign(t, k, with.Args, UsageError(err))
	}
	return foreign(t, k, with.Args, t.Command.Run(ctx))
}

func answer(what string, t Tool, with IO, ctx *Context) error {
	switch what {
	case "version":
		_, err := io.WriteString(ctx.Out, t.Name+" "+Version()+"\n")
		return err
	case "schema":
		_, err := ctx.Out.Write(t.Schema())
		return err
	}
	d, err := Describe(t)
	if err != nil {
		return UsageError(err)
	}
	_, err = io.WriteString(ctx.Out, d.help(helpWidth(with)))
	return err
}

// finish says what has not been said and returns the exit status: the one a
// shell shows for the signal that came, or that of Run's error, or of a stream
// that failed without Run's minding.
func (c *Context) finish(err error, out *output) int {
	if failed := out.failed(); failed != nil && outweighed(err) {
		err = failed
	}
	if failed := c.inputs.failed; failed != nil && outweighed(err) {
		err = failed
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
