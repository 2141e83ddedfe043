// Package portsum is the tool that summarizes the results of portprobe and its own
// summaries.
package portsum

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/report"
	"portkit/pkg/report/csv"
	"portkit/pkg/report/html"
	"portkit/pkg/report/nmapxml"
	"portkit/pkg/report/prometheus"
	"portkit/pkg/report/text"
	"portkit/pkg/service"
	"portkit/pkg/summary"
)

// Command is portsum's command line.
type Command struct {
	Output   string    `short:"o" enum:"auto,text,json,html,csv,csv-ports,nmap-xml,prometheus" default:"auto" placeholder:"FORMAT" help:"${output}"`
	By       []string  `placeholder:"FIELD" complete:"field" help:"Group by these fields, such as owner or tls.issuer (comma-separated). ip/24 groups by the first 24 bits of the address. Repeatable."`
	Expiring cli.Count `placeholder:"DAYS" default:"30" max:"36500" help:"In text and HTML reports, point out certificates that expire within this many days (default: 30)."`
	Weights  bool      `help:"Print for each open port the number of hosts it is open on, highest first, as lines port/proto weight for portgen --ports-file."`
	Stats    bool      `help:"Include round-trip times and result times (always included in html and nmap-xml)."`
	Files    []string  `arg:"" optional:"" placeholder:"FILE" complete:"file" help:"Result records and summary records (default: standard input)."`

	by summary.By
}

// formats returns the functions that write a report, by format.
func formats() map[string]func(io.Writer, *report.Report) error {
	return map[string]func(io.Writer, *report.Report) error{
		"text": text.Write, "html": html.Write, "csv": csv.Write, "csv-ports": csv.WritePorts,
		"nmap-xml": nmapxml.Write, "prometheus": prometheus.Write,
	}
}

// Main runs the tool with the arguments and streams of the process and returns its
// exit status.
func Main() int { return cli.Main(Tool()) }

// Validate checks combinations of flags.
func (c *Command) Validate() (err error) {
	for i, name := range c.By {
		c.By[i] = strings.TrimSpace(name) // "owner, rack"
	}
	if c.by, err = summary.ParseBy(c.By); err != nil {
		return fmt.Errorf("--by: %w", err)
	}
	switch {
	case c.Weights && (c.Output != "auto" || len(c.by) > 0):
		return errors.New("--weights cannot be combined with --output or --by")
	case c.Output == "nmap-xml" && len(c.By) > 0:
		return errors.New("--by cannot be combined with -o nmap-xml, which has no groups")
	}
	return nil
}

// Run reads all inputs, then writes the summary. Lines that cannot be read are
// reported and set the exit status; the others still count.
func (c *Command) Run(ctx *cli.Context) error {
	defer cli.RelaxGC(20, 4<<20)()
	now, err := clock(ctx)
	if err != nil {
		return err
	}
	sum := summary.New()
	sum.Stats = c.Stats || c.Output == "html" || c.Output == "nmap-xml"
	unread, absent := false, newAbsent(c.By)
	for in := range ctx.Inputs(c.Files) {
		r := reader{name: in.Name, sum: sum, by: c.by, absent: absent, log: ctx.Log, details: c.Output == "csv-ports" || c.Output == "nmap-xml"}
		if r.all(in) {
			unread = true
		}
	}
	for _, name := range sum.Lacking(c.by) {
		absent.report(ctx.Log, name)
	}
	if err := c.write(ctx, sum, now); err != nil {
		return err
	}
	if unread {
		return cli.ErrRecords
	}
	return nil
}

func (c *Command) write(ctx *cli.Context, sum *summary.Sum, now time.Time) error {
	records := sum.Records(c.by)
	if c.Weights {
		return writeWeights(ctx.Out, records)
	}
	format := c.Output
	if format == "auto" && ctx.OutTerminal {
		format = "text"
	}
	if write := formats()[format]; write != nil {
		return write(ctx.Out, &report.Report{
			Records: records, By: c.names(), Stats: sum.Stats, Services: service.Load(), Escape: cli.Printable[string],
			Program: "portsum", Version: cli.Version(), Now: now, Terminal: ctx.OutTerminal, Warn: ctx.Log.Printf,
			Expiring: time.Duration(c.Expiring) * 24 * time.Hour,
		})
	}
	return writeRecords(ctx.Out, records)
}

// clock returns the time of writing: that of the environment variable
// SOURCE_DATE_EPOCH, in seconds since 1970, so that reports can be reproduced.
func clock(ctx *cli.Context) (time.Time, error) {
	text := ctx.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Now(), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > maxSeconds {
		return time.Time{}, cli.Usagef("SOURCE_DATE_EPOCH: %q is not a number of seconds since 1970", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// maxSeconds is the end of the year 9999.
const maxSeconds = 253402300799

// names returns the fields of --by, each once.
func (c *Command) names() (names []string) {
	for _, name := range c.By {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// writeRecords writes summary records as lines of JSON.
func writeRecords(to io.Writer, records iter.Seq[*record.Summary]) error {
	w := ndjson.NewWriter(to)
	var enc record.Encoder
	var line []byte
	for r := range records {
		line = enc.Summary(line[:0], r)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Close()
}
