// Package portid is the tool that identifies the services at open ports.
package portid

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/origin"
	"portkit/pkg/portspec"
	"portkit/pkg/resolve"
	"portkit/pkg/service"
	"portkit/pkg/stream"
)

// Command is portid's command line.
type Command struct {
	Files []string `arg:"" optional:"" placeholder:"FILE" complete:"file" help:"Result or endpoint records, or lines HOST:PORT (default: standard input)."`

	Concurrency cli.Positive  `short:"c" placeholder:"N" default:"1000" max:"65536" group:"timing" help:"Maximum endpoints at once."`
	HostConc    cli.Positive  `name:"host-concurrency" placeholder:"N" default:"16" max:"65536" group:"timing" help:"Maximum endpoints of one address at once. Unless set, up to 64 where nothing is behind most ports."`
	Rate        cli.Rate      `short:"r" placeholder:"N" group:"timing" help:"Maximum connections per second in total, such as 500 or 0.5 (default: 0, no limit)."`
	HostRate    cli.Rate      `placeholder:"N" group:"timing" help:"Maximum connections per second to one address, such as 20 or 0.1 (default: 0, no limit)."`
	LookupRate  cli.Rate      `placeholder:"N" group:"timing" help:"Maximum DNS queries per second, such as 15 (default: 0, adapts to the resolver)."`
	Timeout     *cli.Duration `short:"t" placeholder:"DURATION" max:"1h" group:"timing" help:"Maximum time for one endpoint. DURATION is a number of seconds, or has a unit: 500ms, 30s, 1h (default: 30s; 2m with --effort thorough)."`

	Effort     string   `enum:"quick,normal,thorough" default:"normal" group:"probing" help:"Number of requests to try. quick: 2. normal: at most 12 connections. thorough: all."`
	Only       []string `placeholder:"LIST" complete:"app" group:"probing" help:"Protocols to try, such as ssh,http (comma-separated; default: all those of portid(1))."`
	Ask        []string `sep:"none" placeholder:"PORTS" group:"probing" help:"Also send requests to these ports, such as 9100 or 2222. By default portid only listens at ports of printers, serial servers, industrial control and medical imaging. Repeatable."`
	NoStartTLS bool     `name:"no-starttls" group:"probing" help:"Do not upgrade connections to TLS."`
	CAFile     *string  `name:"ca-file" placeholder:"FILE" complete:"file" group:"probing" help:"Certificate authorities to verify against, in PEM (default: those of the system)."`
	UserAgent  string   `placeholder:"TEXT" group:"probing" help:"User-Agent of HTTP requests (default: portid/VERSION)."`
	Recog      *string  `placeholder:"DIR" complete:"directory" group:"probing" help:"Recog database, for products (default: $PORTKIT_RECOG)."`
	IPv4       bool     `name:"ipv4" short:"4" xor:"family" group:"probing" help:"Use only the IPv4 addresses of names."`
	IPv6       bool     `name:"ipv6" short:"6" xor:"family" group:"probing" help:"Use only the IPv6 addresses of names."`
	Source     *string  `placeholder:"ADDR" group:"probing" help:"Source address of all connections. Must be an address of this machine."`
	Interface  *string  `placeholder:"NAME" complete:"interface" group:"probing" help:"Network interface to connect through (Linux)."`

	Allow     []string     `sep:"none" placeholder:"SPEC" group:"scope" help:"Connect only to these targets (comma-separated, each with optional :PORTS). Repeatable."`
	Deny      []string     `sep:"none" placeholder:"SPEC" group:"scope" help:"Never connect to these targets (as in --allow). Repeatable."`
	AllowFile []string     `sep:"none" placeholder:"FILE" complete:"file" group:"scope" help:"Connect only to targets in FILE, lines of TARGET [PORTS]. Repeatable: a target must be in every list."`
	DenyFile  []string     `sep:"none" placeholder:"FILE" complete:"file" group:"scope" help:"Never connect to targets in FILE, lines of TARGET [PORTS]. Repeatable."`
	Deadline  cli.Duration `placeholder:"DURATION" default:"0s" min:"0s" max:"8760h" group:"scope" help:"Stop after this time. Unfinished endpoints stay open, or become errors if they had no state (default: 0s, never)."`

	Open      bool         `group:"output" help:"Write only open ports."`
	KeepOrder bool         `short:"k" group:"output" help:"Write records in input order."`
	Resume    *string      `placeholder:"FILE" complete:"file" group:"output" help:"Append results to FILE (created if missing) instead of standard output, and skip endpoints identified in FILE. To resume, run the same command again."`
	Fsync     cli.Duration `placeholder:"DURATION" default:"0s" min:"0s" max:"24h" group:"output" help:"Sync the file of --resume to disk at this interval (default: 0s, never)."`

	Progress string    `enum:"auto,always,never,json" default:"auto" group:"logging" help:"Progress on standard error. auto: if it is a terminal. json: one object per second."`
	Total    cli.Count `placeholder:"N" group:"logging" help:"Expected number of records, for the percentage and the time left (default: counted if all inputs are regular files)."`
	Verbose  bool      `short:"v" group:"logging" help:"Report the settings, each service when identified, and statistics at the end."`
	Quiet    bool      `short:"q" group:"logging" help:"Print neither the progress nor the summary line at the end."`

	origin origin.Origin
	ask    portspec.Set
	// For tests; nil otherwise.
	engine identifier
	names  resolve.Source
}

// Validate checks what the flags' types cannot.
func (c *Command) Validate() (err error) {
	if name := stream.FindTarget(c.Files); name != "" {
		return fmt.Errorf("%s: no such file; targets belong to portgen", name)
	}
	switch {
	case c.Resume != nil && c.Open:
		return errors.New("--resume cannot be combined with --open")
	case c.Fsync > 0 && c.Resume == nil:
		return errors.New("--fsync requires --resume")
	}
	for _, spec := range c.Ask {
		s, err := portspec.Parse(spec, []endpoint.Proto{endpoint.TCP}, service.Load())
		if err != nil {
			return fmt.Errorf("--ask: %w", err)
		}
		c.ask = c.ask.Union(s)
	}
	apps := Apps()
	for _, app := range c.Only {
		if !slices.Contains(apps, app) {
			return fmt.Errorf("--only: unknown protocol %q; want some of %s", app, strings.Join(apps, ", "))
		}
	}
	c.origin, err = origin.Parse(c.Source, c.Interface)
	return err
}

// timeout returns the maximum time for one endpoint. All requests of the table, most of
// them without a reply, take about a minute.
func (c *Command) timeout() time.Duration {
	switch {
	case c.Timeout != nil:
		return c.Timeout.D()
	case c.Effort == "thorough":
		return 2 * time.Minute
	}
	return 30 * time.Second
}

// Apps returns the names of the protocols that have a request or a greeting, sorted.
func Apps() (names []string) {
	for _, p := range protocol.Table() {
		names = append(names, p.App)
	}
	for _, d := range protocol.Datagrams() {
		names = append(names, d.App)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Main runs portid with the arguments and streams of the process, and returns its exit
// status.
func Main() int { return cli.Main(Tool()) }
