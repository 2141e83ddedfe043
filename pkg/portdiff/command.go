// Package portdiff is the tool that compares two scans, or a scan with the expected
// open ports.
package portdiff

import (
	"errors"
	"io"
	"iter"
	"slices"

	"portkit/pkg/cli"
	"portkit/pkg/compare"
	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/report"
	"portkit/pkg/report/csv"
	"portkit/pkg/report/html"
	"portkit/pkg/report/text"
	"portkit/pkg/service"
)

// Command is portdiff's command line.
type Command struct {
	Output string   `short:"o" enum:"auto,text,json,html,csv" default:"auto" help:"Output format. text: report. html: page. json: change records. csv: table of them. auto: text on a terminal, else json."`
	Expect string   `placeholder:"FILE" complete:"file" help:"Compare one scan with the open ports and services that FILE expects, lines of TARGET PORTS [# comment]."`
	ByIP   bool     `name:"by-ip" help:"Identify hosts by address instead of by name as written."`
	All    bool     `help:"Also show endpoints that only one scan probed and that are not open."`
	Only   []string `enum:"opened,closed,changed,unknown,added,removed" placeholder:"LIST" help:"Show only these changes; the exit status depends on them alone."`
	Ignore []string `enum:"app,product,version,tls,ssh" placeholder:"LIST" help:"Ignore differences in these fields of services that portid found (tls: certificate, ssh: host keys)."`

	Old string `arg:"" optional:"" placeholder:"OLD" complete:"file" help:"First scan: result records and summary records. - is standard input."`
	New string `arg:"" optional:"" placeholder:"NEW" complete:"file" help:"Second scan. With --expect there is only one, RESULTS (default: standard input)."`

	memory int // compare.Options.Memory, for tests
}

// Main runs the tool with the arguments and streams of the process and returns its
// exit status.
func Main() int { return cli.Main(Tool()) }

// Validate checks the flags and arguments together.
func (c *Command) Validate() error {
	switch {
	case c.Expect == "" && c.New == "":
		return errors.New("two scans are required, OLD and NEW; use - for standard input")
	case c.Expect == "":
		return notBothStdin(c.Old, c.New)
	case c.New != "":
		return errors.New("--expect accepts one scan, not OLD and NEW")
	case c.ByIP:
		return errors.New("--by-ip cannot be combined with --expect, which identifies hosts by name and by address")
	case len(c.Ignore) > 0:
		return errors.New("--ignore cannot be combined with --expect, which names the services to compare")
	case c.Old == "":
		c.Old = cli.StdinName
	}
	return notBothStdin(c.Expect, c.Old)
}

func notBothStdin(a, b string) error {
	if a == cli.StdinName && b == cli.StdinName {
		return errors.New("standard input can be read only once")
	}
	return nil
}

// Run compares. Lines that could not be read determine the exit status before
// differences do.
func (c *Command) Run(ctx *cli.Context) error {
	run := c.scans
	if c.Expect != "" {
		run = c.expectation
	}
	tally, err := run(ctx)
	switch {
	case err != nil:
		return err
	case tally.Unread:
		return cli.ErrTrouble
	case tally.Different(), tally.Changes[endpoint.ChangeUnknown] > 0 && c.unknownCounts():
		return cli.ErrDifferent
	}
	return nil
}

// unknownCounts reports whether unknown changes are differences: an expected port that
// could not be probed may not be open, and they may have been asked for.
func (c *Command) unknownCounts() bool {
	return c.Expect != "" || slices.Contains(c.Only, endpoint.ChangeUnknown.String())
}

// scans compares OLD and NEW.
func (c *Command) scans(ctx *cli.Context) (compare.Tally, error) {
	old, err := open(ctx, c.Old)
	if err != nil {
		return compare.Tally{}, err
	}
	defer old.close()
	new, err := open(ctx, c.New)
	if err != nil {
		return compare.Tally{}, err
	}
	defer new.close()
	about := report.Diff{Old: displayName(c.Old), New: displayName(c.New), ByIP: c.ByIP}
	return c.write(ctx, about, func(w io.Writer) (compare.Tally, error) {
		return compare.Compare(old.Source, new.Source, c.options(ctx), w)
	})
}

// expectation compares RESULTS with the --expect file.
func (c *Command) expectation(ctx *cli.Context) (compare.Tally, error) {
	want, err := readExpected(ctx, c.Expect)
	if err != nil {
		return compare.Tally{}, err
	}
	results, err := open(ctx, c.Old)
	if err != nil {
		return compare.Tally{}, err
	}
	defer results.close()
	about := report.Diff{Old: displayName(c.Expect), New: displayName(c.Old), ByIP: true, Expected: true}
	tally, err := c.write(ctx, about, func(w io.Writer) (compare.Tally, error) {
		return compare.Expect(want, results.Source, c.options(ctx), w)
	})
	if err == nil && tally.NoServices() {
		ctx.Log.Printf("no service was identified; pipe the results through portid")
	}
	return tally, err
}

// displayName returns the name of a file in messages and reports.
func displayName(name string) string {
	if name == cli.StdinName {
		return cli.StdinInMessages
	}
	return name
}

func (c *Command) options(ctx *cli.Context) compare.Options {
	var only []endpoint.Change
	for _, name := range c.Only {
		change, _ := endpoint.ParseChange(name)
		only = append(only, change)
	}
	var ignore record.Fact
	for _, name := range c.Ignore {
		fact, _ := record.ParseFact([]byte(name))
		ignore |= fact
	}
	return compare.Options{ByIP: c.ByIP, All: c.All, Only: only, Ignore: ignore, Memory: c.memory, Bad: func(source string, err error) {
		prefix := source + ": "
		if source == displayName(cli.StdinName) {
			prefix = ""
		}
		kind := "lines that could not be read"
		if _, ok := err.(*record.Unusable); ok {
			kind = "records with a value that was ignored"
		}
		ctx.Log.Linef(kind, "%s%v", prefix, err)
	}}
}

// write runs a comparison and writes the changes in the output format.
func (c *Command) write(ctx *cli.Context, about report.Diff, run func(io.Writer) (compare.Tally, error)) (compare.Tally, error) {
	draw := map[string]drawing{"text": text.WriteDiff, "html": html.WriteDiff, "csv": csv.WriteDiff}[c.Output]
	if c.Output == "auto" && ctx.OutTerminal {
		draw = text.WriteDiff
	}
	if draw == nil {
		tally, err := run(ctx.Out)
		c.logRenamed(ctx, &tally)
		return tally, err
	}
	found := &compare.Spool{}
	defer found.Close()
	tally, err := run(found)
	if err != nil {
		return tally, err
	}
	c.logRenamed(ctx, &tally)
	if tally.Changes == [endpoint.Changes]uint64{} && c.Output == "text" && !ctx.OutTerminal {
		return tally, nil // no output, so that cron sends no mail
	}
	records := changes{from: ndjson.NewReader(found.Reader())}
	about.Records, about.Changes, about.NoEndpoint = records.all(), tally.Changes, tally.Nowhere
	about.Services, about.Terminal, about.Escape = service.Load(), ctx.OutTerminal, cli.Printable[string]
	err = draw(ctx.Out, &about)
	if err == nil {
		err = records.err
	}
	return tally, err
}

type drawing func(io.Writer, *report.Diff) error

// logRenamed reports that fields with the names of a change record's fields were
// renamed.
func (c *Command) logRenamed(ctx *cli.Context, t *compare.Tally) {
	if t.Renamed {
		ctx.Log.Printf("fields named like those of change records are passed on as list_NAME, such as list_change")
	}
}

// changes reads change records back.
type changes struct {
	from *ndjson.Reader
	err  error // ended reading
}

func (c *changes) all() iter.Seq[*record.Change] {
	return func(yield func(*record.Change) bool) {
		var dec record.Decoder
		var r record.Change
		for {
			l, err := c.from.Next()
			if err == io.EOF {
				return
			}
			if err == nil {
				err = dec.Change(l, &r)
			}
			if c.err = err; err != nil || !yield(&r) {
				return
			}
		}
	}
}
