package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// toy is a command that can be told to end in every possible way.
type toy struct {
	Files []string `arg:"" optional:"" placeholder:"FILE" complete:"file" help:"What to read (standard input)."`

	Ports   []string `short:"p" sep:"none" placeholder:"SPEC" help:"Ports: 22,80-90." group:"what"`
	Rate    Positive `short:"r" placeholder:"N" max:"1000000" help:"Lines a second." group:"what"`
	Skip    Count    `placeholder:"N" help:"Lines to skip." group:"what"`
	Seed    *uint64  `placeholder:"N" help:"Where to begin."`
	Timeout Duration `short:"t" default:"3s" max:"1h" placeholder:"DURATION" help:"The longest wait."`
	Patient Duration `default:"0" min:"0" placeholder:"DURATION" help:"How long to be patient."`
	Order   string   `enum:"linear,random" default:"linear" help:"In which order."`
	State   []string `enum:"open,closed" placeholder:"LIST" help:"Only these."`
	TCP     bool     `name:"tcp" short:"4" help:"Over tcp."`
	Verbose int      `short:"v" type:"counter" help:"Say more."`

	Pace    Rate     `hidden:"" help:"Lines per second."`
	Fail    string   `placeholder:"HOW" hidden:"" help:"How to end."`
	Spam    Count    `hidden:"" help:"So many messages of a kind."`
	Forever bool     `hidden:"" help:"Write until stopped."`
	Wait    bool     `hidden:"" help:"Read nothing, wait for the signal."`
	Settle  Duration `hidden:"" min:"0" default:"0" help:"What the end takes."`
	Show    bool     `hidden:"" help:"Print what was read from the command line."`
	Status  string   `hidden:"" help:"Put this on the status line."`
}

func (c *toy) Validate() error {
	if c.Fail == "validate" {
		return errors.New("--fail and --order cannot be used together")
	}
	return nil
}

func toyTool(policy OnSignal) Tool {
	return Tool{
		Name: "toy", Summary: "copy lines", Reads: "lines", OnSignal: policy,
		Command:  &toy{},
		Schema:   func() []byte { return []byte("{}\n") },
		Groups:   []Group{{"what", "What to copy"}},
		Examples: []Example{{"Copy a file.", "toy file"}},
	}
}

func (c *toy) Run(ctx *Context) error {
	for i := range c.Spam {
		ctx.Log.Linef("torn lines", "line %d: torn", i+1)
	}
	ctx.Log.Status(c.Status)
	switch {
	case c.Show:
		return c.show(ctx)
	case c.Forever:
		return c.forever(ctx)
	case c.Wait:
		_, _ = io.WriteString(ctx.Out, "ready\n")
		<-ctx.Done()
		time.Sleep(c.Settle.D())
		_, _ = fmt.Fprintf(ctx.Out, "settled after %v\n", Signal(ctx))
		return ctx.Err()
	}
	if err := c.copy(ctx); err != nil {
		return err
	}
	return c.end()
}

func (c *toy) show(ctx *Context) error {
	_, err := fmt.Fprintf(ctx.Out, "files=%q ports=%q rate=%d skip=%d timeout=%s order=%s state=%q tcp=%v verbose=%d\n",
		c.Files, c.Ports, c.Rate, c.Skip, c.Timeout, c.Order, c.State, c.TCP, c.Verbose)
	return err
}

func (c *toy) forever(ctx *Context) error {
	for ctx.Err() == nil {
		if _, err := io.WriteString(ctx.Out, "line\n"); err != nil {
			return err
		}
	}
	return nil
}

func (c *toy) copy(ctx *Context) error {
	for in := range ctx.Inputs(c.Files) {
		for s := bufio.NewScanner(in); s.Scan(); {
			if _, err := fmt.Fprintln(ctx.Out, s.Text()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *toy) end() error {
	switch c.Fail {
	case "usage":
		return Usagef("%q is not to my liking", "that")
	case "records":
		return ErrRecords
	case "input":
		return errors.New("the tape is torn")
	case "signal":
		return &SignalError{}
	}
	return nil
}
