// Package portgen is the tool that expands targets and ports into endpoint
// records.
package portgen

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"portkit/pkg/cli"
	"portkit/pkg/resolve"
)

// Command is the command line of portgen.
type Command struct {
	Ports     []string     `short:"p" sep:"none" placeholder:"SPEC" complete:"service" group:"ports" help:"Ports of targets without :PORTS: 22,80-90,443, - or all, 1-, -1024, service names and patterns (ssh, http*), 53/udp, tcp:80,udp:53, T:80,U:53. Required, unless --top or --ports-file is given. Repeatable."`
	Top       cli.Positive `placeholder:"N" max:"65535" group:"ports" help:"The N most common ports of each selected protocol, from the built-in list or --ports-file. Added to -p."`
	PortsFile string       `placeholder:"FILE" complete:"file" group:"ports" help:"Read ports from FILE, lines PORT[,PORT…][/PROTO] [WEIGHT]. --top selects those with the highest weight. Without --top, all of them."`
	TCP       bool         `name:"tcp" group:"ports" help:"Ports without a protocol are TCP (the default)."`
	UDP       bool         `name:"udp" group:"ports" help:"Ports without a protocol are UDP. With --tcp, both."`

	Input        []string `short:"i" sep:"none" placeholder:"FILE" complete:"file" group:"targets" help:"Host list, text or NDJSON. - is standard input (default: standard input if there is no TARGET). Repeatable."`
	Exclude      []string `short:"x" sep:"none" placeholder:"SPEC" complete:"host" group:"targets" help:"Exclude these targets (comma-separated). Repeatable."`
	ExcludeFile  []string `short:"X" sep:"none" placeholder:"FILE" complete:"file" group:"targets" help:"Exclude the targets in FILE, one per line. Repeatable."`
	ExcludePorts []string `sep:"none" placeholder:"SPEC" complete:"service" group:"ports" help:"Exclude these ports, of both protocols unless one is given. Repeatable."`

	Resolve string `enum:"none,first,all" default:"none" group:"names" help:"Look up names now: their first address, or all. none: portprobe looks them up. With an exclusion, none is treated as first."`
	IPv4    bool   `name:"ipv4" short:"4" group:"names" help:"Only IPv4 addresses, also of names."`
	IPv6    bool   `name:"ipv6" short:"6" group:"names" help:"Only IPv6 addresses, also of names."`

	LookupRate cli.Rate `placeholder:"N" group:"names" help:"Maximum DNS queries per second, such as 15 (default: 0, adapts to the resolver)."`

	Order string  `enum:"linear,interleaved,random" default:"linear" group:"which" help:"linear: targets as given, ports of each address ascending. interleaved: each port at all targets, then the next port, in the order given. random: all records shuffled."`
	Seed  *uint64 `placeholder:"N" group:"which" help:"Seed of the random order: the same N gives the same order (default: random, reported by -v)."`
	Shard shard   `placeholder:"I/N" group:"which" help:"Write shard I of N: shards do not overlap, and together contain all records."`
	Skip  count   `placeholder:"N" group:"which" help:"Skip the first N records (of the shard)."`
	Limit count   `placeholder:"N" group:"which" help:"Stop after N records."`

	Count   bool `group:"output" help:"Print only the number of records."`
	Plain   bool `group:"output" help:"Write ip:port, [v6]:port or name:port, with /udp for UDP, instead of records."`
	Verbose bool `short:"v" group:"output" help:"Report the seed of a random order."`

	Targets []string `arg:"" optional:"" placeholder:"TARGET" complete:"host" help:"Address, prefix, range, octet pattern or name, with optional :PORTS."`

	resolver *resolve.Resolver // nil except in tests
}

// Main runs portgen with the arguments and streams of the process and returns the exit
// status.
func Main() int { return cli.Main(Tool()) }

// Validate checks combinations of flags.
func (c *Command) Validate() error {
	switch {
	case c.IPv4 && c.IPv6:
		return errors.New("--ipv4 and --ipv6 cannot be used together; leave both out for both families")
	case c.Shard.n > 0 && c.Order == "random" && c.Seed == nil:
		return errors.New("--shard with --order random requires --seed, the same for all shards")
	case c.Skip.set && c.Order == "random" && c.Seed == nil:
		return errors.New("--skip with --order random requires --seed, the same as in the first run")
	}
	return nil
}

// Run writes the records.
func (c *Command) Run(ctx *cli.Context) error {
	s, err := c.source(ctx)
	if err != nil {
		return err
	}
	if c.Count {
		return c.count(ctx, s)
	}
	out := newEmitter(ctx, c.Plain)
	switch c.Order {
	case "random":
		err = c.random(ctx, s, out)
	case "interleaved":
		err = c.interleaved(ctx, s, out)
	default:
		err = c.linear(ctx, s, out)
	}
	switch {
	case err != nil && !errors.Is(err, errEnough):
		return err
	case !out.flush():
		return out.err
	case out.failed:
		return cli.ErrRecords
	}
	return nil
}

// source reads the arguments and exclusions. Errors in them are reported before
// anything is written.
func (c *Command) source(ctx *cli.Context) (*source, error) {
	if c.resolver == nil {
		c.resolver = resolve.System(net.DefaultResolver, resolve.Options{Rate: float64(c.LookupRate)})
	}
	plans, err := newPlans(c, ctx)
	if err != nil {
		return nil, err
	}
	s := &source{ctx: ctx, files: c.Input, keep: c.family()}
	s.reader = reader{plans: plans}
	if len(c.Targets) == 0 && len(c.Input) == 0 {
		s.files = []string{cli.StdinName}
	}
	for _, arg := range c.Targets {
		for _, word := range words(arg) {
			e, err := s.reader.word(word, "")
			if err != nil {
				return nil, cli.UsageError(argError(arg, err))
			}
			if may := hint(word, &e); may != "" {
				ctx.Log.Linef("targets that may mean something else", "%s", may)
			}
			s.args = append(s.args, e)
		}
	}
	if s.exclude, err = newExclusion(ctx, c, c.resolver); err != nil {
		return nil, err
	}
	if c.Resolve != "none" || s.exclude != nil {
		lookups := resolve.NewLookups(ctx, c.resolver.Family(c.IPv4, c.IPv6))
		s.lookups, s.firstOnly = &lookups, c.Resolve != "all"
	}
	return s, nil
}

// family returns whether an address is of the selected family.
func (c *Command) family() func(netip.Addr) bool {
	switch {
	case c.IPv4:
		return netip.Addr.Is4
	case c.IPv6:
		return netip.Addr.Is6
	}
	return func(netip.Addr) bool { return true }
}

// linear writes entry by entry, and flushes before it waits for input.
func (c *Command) linear(ctx *cli.Context, s *source, out *emitter) error {
	w := newWindow(c.Shard, c.Skip, c.Limit)
	if w.done() { // do not wait for input
		ctx.Log.Printf("%s", w.explain(c))
		return nil
	}
	err := s.each(c.writable(out, func(e *entry) error {
		size, _ := e.size() // too many to count are too many to write
		if off, n := w.pick(size); !n.IsZero() && !out.emit(e, e.ports, off, n, w.step) {
			return out.err
		}
		if w.done() {
			return errEnough
		}
		return nil
	}), func() error {
		if !out.flush() {
			return out.err
		}
		return ctx.Err()
	})
	if err == nil {
		c.explainEmpty(ctx, s, &w)
	}
	return err
}

// random reads all entries, then writes their records in random order.
func (c *Command) random(ctx *cli.Context, s *source, out *emitter) error {
	all := &space{}
	if err := s.each(c.writable(out, all.add), ctx.Err); err != nil {
		return err
	}
	if c.Seed == nil {
		seed := randomSeed()
		c.Seed = &seed
	}
	if c.Verbose {
		ctx.Log.Printf("random order with --seed %d", *c.Seed)
	}
	w := newWindow(c.Shard, c.Skip, c.Limit)
	if out.shuffle(all, &w, *c.Seed) {
		c.explainEmpty(ctx, s, &w)
	}
	return out.err
}

// interleaved reads all entries, then writes their records port by port.
func (c *Command) interleaved(ctx *cli.Context, s *source, out *emitter) error {
	all := newPasses()
	if err := s.each(c.writable(out, all.add), ctx.Err); err != nil {
		return err
	}
	w := newWindow(c.Shard, c.Skip, c.Limit)
	if out.interleave(all, &w) {
		c.explainEmpty(ctx, s, &w)
	}
	return out.err
}

// count prints the number of selected records, which does not depend on the order.
func (c *Command) count(ctx *cli.Context, s *source) error {
	w := newWindow(c.Shard, c.Skip, c.Limit)
	total, failed := number{}, false
	err := s.each(func(e *entry) error {
		failed = failed || e.isError()
		if c.unwritable(e) {
			return nil
		}
		after, err := e.addTo(w.seen)
		if err != nil {
			return err
		}
		_, n := w.pick(after.Sub(w.seen))
		total = total.Add(n)
		return nil
	}, ctx.Err)
	if err != nil {
		return err
	}
	c.explainEmpty(ctx, s, &w)
	if _, err := io.WriteString(ctx.Out, fmt.Sprintln(total)); err != nil {
		return err
	}
	if failed {
		return cli.ErrRecords
	}
	return nil
}

// writable returns yield without the entries that are unwritable.
func (c *Command) writable(out *emitter, yield func(*entry) error) func(*entry) error {
	return func(e *entry) error {
		if c.unwritable(e) {
			out.failed = true
			return nil
		}
		return yield(e)
	}
}

// unwritable reports whether an entry is an error record, which --plain omits.
func (c *Command) unwritable(e *entry) bool { return c.Plain && e.isError() }

func randomSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}
