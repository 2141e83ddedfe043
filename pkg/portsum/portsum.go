// Package portsum is the tool that adds results up: what portprobe wrote,
// and its own summaries of that.
package portsum

import (
	"errors"
	"fmt"
	"iter"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/report"
	"portkit/pkg/service"
	"portkit/pkg/summary"
)

// Command is portsum's command line.
type Command struct {
	Output  string   `short:"o" enum:"auto,text,json" default:"auto" help:"What to write: a report for people, or summary records, which portsum reads again. auto is text on a terminal and json in a pipe."`
	By      []string `placeholder:"FIELD" help:"Group by these fields of the results (comma-separated, repeatable), your own too; ip/24 is the prefix an address lies in."`
	Weights bool     `help:"Write on how many hosts each open port is open, most first: lines port/proto weight, which portgen reads with --ports-file."`

	Files []string `arg:"" optional:"" placeholder:"FILE" complete:"file" help:"Result records and summary records (standard input)."`

	by summary.By
}

// Main runs the tool as the process that it is and returns its exit status.
func Main() int { return cli.Main(Tool()) }

// Validate checks what the flags' types do not.
func (c *Command) Validate() (err error) {
	if c.by, err = summary.ParseBy(c.By); err != nil {
		return fmt.Errorf("--by %w", err)
	}
	if c.Weights && (c.Output != "auto" || len(c.by) > 0) {
		return errors.New("--weights: it is lines of its own, over all hosts: it does not go with --output or --by")
	}
	return nil
}

// Run reads everything, then writes the summary. What is wrong with lines is
// said and remembered; the others still count.
func (c *Command) Run(ctx *cli.Context) error {
	sum := summary.New()
	unread := false
	for in := range ctx.Inputs(c.Files) {
		r := reading{name: in.Name, sum: sum, by: c.by, log: ctx.Log}
		if r.all(in) {
			unread = true
		}
	}
	if err := c.write(ctx, sum.Records(c.by)); err != nil {
		return err
	}
	if unread {
		return cli.ErrRecords
	}
	return nil
}

func (c *Command) write(ctx *cli.Context, records iter.Seq[*record.Summary]) error {
	if c.Weights {
		return cli.OutputError(report.Weights(ctx.Out, records))
	}
	if c.Output == "text" || c.Output == "auto" && ctx.OutTerminal {
		return cli.OutputError(report.Text(ctx.Out, records, service.Load(), cli.Printable[string]))
	}
	w := ndjson.NewWriter(ctx.Out)
	var enc record.Encoder
	var line []byte
	for r := range records {
		line = enc.Summary(line[:0], r)
		if _, err := w.Write(line); err != nil {
			return cli.OutputError(err)
		}
	}
	return cli.OutputError(w.Close())
}
