// Package portprobe is the tool that probes endpoints and writes their results.
package portprobe

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/origin"
	"portkit/pkg/probe/simnet"
	"portkit/pkg/probe/udp"
	"portkit/pkg/record"
	"portkit/pkg/stream"
)

// Command is portprobe's command line.
type Command struct {
	Files []string `arg:"" optional:"" placeholder:"FILE" complete:"file" help:"Endpoint records, or lines HOST:PORT (default: standard input)."`

	Concurrency  *cli.Positive `short:"c" placeholder:"N" max:"1048576" group:"timing" help:"Maximum outstanding probes per protocol (default: connect 4096, syn and UDP 65536)."`
	Workers      cli.Count     `short:"w" placeholder:"N" max:"64" group:"timing" help:"Number of workers, each with its own event loop (default: 0, one per CPU)."`
	Rate         cli.Rate      `short:"r" placeholder:"N" group:"timing" help:"Maximum probes per second in total, such as 500 or 0.5 (default: 0, no limit)."`
	HostRate     cli.Rate      `placeholder:"N" group:"timing" help:"Maximum probes per second to one address, such as 20 or 0.1 (default: 0, no limit)."`
	LookupRate   cli.Rate      `placeholder:"N" group:"timing" help:"Maximum DNS queries per second, such as 15 (default: 0, adapts to the resolver)."`
	HostConc     cli.Count     `name:"host-concurrency" placeholder:"N" max:"1048576" group:"timing" help:"Maximum outstanding probes per address (default: 0, adapts to losses)."`
	Timeout      cli.Duration  `short:"t" placeholder:"DURATION" default:"3s" max:"1h" group:"timing" help:"Maximum time to wait for a reply. The actual timeout adapts to the measured RTT. DURATION is a number of seconds, or has a unit: 500ms, 30s, 1h."`
	SkipSilent   cli.Count     `placeholder:"N" max:"65536" group:"timing" help:"Skip the rest of an address once N endpoints are silent and nothing was ever received from it; such as 20 (default: 0, off)."`
	LostPatience cli.Duration  `placeholder:"DURATION" default:"30s" min:"0s" max:"24h" group:"timing" help:"Maximum time to wait for an address that has stopped replying to come back. Its endpoints are then host-lost."`
	Retries      string        `placeholder:"N|auto" default:"auto" values:"auto" group:"timing" help:"Retransmissions after no reply, 0 to 20. auto adapts to the measured loss."`
	Patience     cli.Duration  `name:"udp-patience" placeholder:"DURATION" default:"30s" min:"0s" max:"24h" group:"timing" help:"Maximum time to spend on an address that rate-limits ICMP errors."`

	Allow       []string     `sep:"none" placeholder:"SPEC" group:"scope" help:"Probe only these targets (comma-separated, each with optional :PORTS). Repeatable."`
	Deny        []string     `sep:"none" placeholder:"SPEC" group:"scope" help:"Never probe these targets (as in --allow). Repeatable. To omit targets from a scan, use portgen -x."`
	AllowFile   []string     `sep:"none" placeholder:"FILE" complete:"file" group:"scope" help:"Probe only targets in FILE, lines of TARGET [PORTS]. Repeatable: a target must be in every list."`
	DenyFile    []string     `sep:"none" placeholder:"FILE" complete:"file" group:"scope" help:"Never probe targets in FILE, lines of TARGET [PORTS]. Repeatable."`
	HostTimeout cli.Duration `placeholder:"DURATION" default:"0s" min:"0s" max:"8760h" group:"scope" help:"Give up on an address this long after its first probe (default: 0s, never)."`
	Deadline    cli.Duration `placeholder:"DURATION" default:"0s" min:"0s" max:"8760h" group:"scope" help:"Stop after this time. Unfinished endpoints are reported as errors (default: 0s, never)."`

	Method    string  `enum:"connect,syn" default:"connect" group:"probing" help:"TCP method. connect: no privileges. syn: half-open scan, faster, requires Linux and CAP_NET_RAW."`
	IPv4      bool    `name:"ipv4" short:"4" xor:"family" group:"probing" help:"Use only the IPv4 addresses of names."`
	IPv6      bool    `name:"ipv6" short:"6" xor:"family" group:"probing" help:"Use only the IPv6 addresses of names."`
	Source    *string `placeholder:"ADDR" group:"probing" help:"Source address of all probes. Must be an address of this machine."`
	Interface *string `placeholder:"NAME" complete:"interface" group:"probing" help:"Network interface to send probes through (Linux)."`
	Payload   string  `placeholder:"auto|none|hex:…|@FILE" default:"auto" values:"auto,none" group:"probing" help:"UDP payload. auto: request of the service registered for the port. none: empty datagram. hex:00ff: these bytes. @FILE: contents of FILE."`
	Simulate  *string `placeholder:"SPEC" group:"probing" help:"Probe a simulated network on a virtual clock. Nothing is sent. SPEC: rtt=20ms,jitter=5ms,loss=0.05,open=0.01,silent=0.3,dead=0.96,lost=0.02,limit=200,seed=1,clock=real, each optional."`

	Open      bool         `xor:"shown" group:"output" help:"Write only open ports (same as --state open)."`
	State     []string     `placeholder:"LIST" enum:"open,closed,filtered,open|filtered,error" xor:"shown" group:"output" help:"Write only these states (open, closed, filtered, open|filtered, error; comma-separated)."`
	Plain     bool         `group:"output" help:"Write lines ADDRESS:PORT, without the state, instead of records. Use with --open."`
	KeepOrder bool         `short:"k" group:"output" help:"Write results in input order."`
	Resume    *string      `placeholder:"FILE" complete:"file" group:"output" help:"Append results to FILE (created if missing) instead of standard output, and skip endpoints with a result in FILE other than error or host-lost. To resume, run the same command again."`
	Fsync     cli.Duration `placeholder:"DURATION" default:"0s" min:"0s" max:"24h" group:"output" help:"Sync the file of --resume to disk at this interval (default: 0s, never)."`
	NoShare   bool         `group:"probing" help:"Probe duplicate endpoints separately (default: concurrent duplicates share a probe)."`

	Progress string    `enum:"auto,always,never,json" default:"auto" group:"logging" help:"Progress on standard error. auto: if it is a terminal. json: one object per second."`
	Total    cli.Count `placeholder:"N" group:"logging" help:"Expected number of records, for the percentage and the time left (default: counted if all inputs are regular files)."`
	Verbose  bool      `short:"v" group:"logging" help:"Report the settings, each open port when found, and statistics at the end."`
	Quiet    bool      `short:"q" group:"logging" help:"Print neither the progress nor the summary line at the end."`

	retries  int
	requests udp.Requests
	origin   origin.Origin
	simulate *simnet.Config

	portable       bool // for tests: use the transports of other systems
	keepPrivileges bool // for tests
}

// Validate checks what the flags' types cannot.
func (c *Command) Validate() (err error) {
	if name := stream.FindTarget(c.Files); name != "" {
		return fmt.Errorf("%s: no such file; targets belong to portgen", name)
	}
	if c.retries, err = parseRetries(c.Retries); err != nil {
		return err
	}
	if c.requests, err = parsePayload(c.Payload); err != nil {
		return err
	}
	switch {
	case c.Resume != nil && (c.Open || len(c.State) > 0 || c.Plain):
		return errors.New("--resume cannot be combined with --open, --state or --plain")
	case c.Fsync > 0 && c.Resume == nil:
		return errors.New("--fsync requires --resume")
	}
	if c.origin, err = origin.Parse(c.Source, c.Interface); err != nil {
		return err
	}
	if c.Simulate != nil { // also if empty: nothing may be sent
		config, err := simnet.Parse(*c.Simulate)
		if err != nil {
			return fmt.Errorf("--simulate: %w", err)
		}
		c.simulate = &config
	}
	return nil
}

func parseRetries(s string) (int, error) {
	if s == "auto" {
		return -1, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > record.MaxRetries {
		return 0, fmt.Errorf("--retries: %q is not auto or a number from 0 to %d", s, record.MaxRetries)
	}
	return n, nil
}

// workers returns the number of workers.
func (c *Command) workers() int {
	switch {
	case c.simulate != nil:
		return 1 // workers do not share the virtual clock
	case c.Workers > 0:
		return min(int(c.Workers), c.concurrency(endpoint.TCP))
	}
	return min(runtime.NumCPU(), 64, c.concurrency(endpoint.TCP))
}

// concurrency returns the maximum number of outstanding probes of a protocol.
func (c *Command) concurrency(p endpoint.Proto) int {
	switch {
	case c.Concurrency != nil:
		return int(*c.Concurrency)
	case p == endpoint.UDP, c.syn():
		return 65_536
	}
	return defaultConnects
}

// syn reports whether TCP is probed by SYN.
func (c *Command) syn() bool { return c.Method == "syn" && c.simulate == nil }

// shown returns which states are written.
func (c *Command) shown() (shown [endpoint.States]bool) {
	states := c.State
	if c.Open {
		states = []string{"open"}
	}
	for s := range shown {
		shown[s] = len(states) == 0
	}
	for _, word := range states {
		if s, ok := endpoint.ParseState(word); ok {
			shown[s] = true
		}
	}
	return shown
}

// Main runs portprobe with the arguments and streams of the process, and returns
// its exit status.
func Main() int { return cli.Main(Tool()) }
