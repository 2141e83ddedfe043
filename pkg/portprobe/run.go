package portprobe

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/journal"
	"portkit/pkg/probe"
	"portkit/pkg/probe/connect"
	"portkit/pkg/probe/simnet"
	"portkit/pkg/probe/syn"
	"portkit/pkg/resolve"
	"portkit/pkg/scope"
	"portkit/pkg/service"
)

// maxAddresses is how many addresses are remembered.
const maxAddresses = 262_144

// run is portprobe at work.
type run struct {
	*Command
	ctx      *cli.Context
	began    time.Time
	engine   *probe.Engine
	out      *output
	gate     *backlog
	scribe   *recordFormat
	names    *resolver
	resolver *resolve.Resolver
	reader   *reader
	net      *syn.Net      // nil: tcp is asked by connect
	failed   chan struct{} // closed when the output cannot be written

	scope   *scope.Scope
	journal *journal.Journal // nil: results go to standard output
	late    bool             // the deadline came before the end
	readOut atomic.Bool      // all inputs were read to their ends
	counted atomic.Int64     // records in the inputs; 0: unknown
}

// Run asks what it reads and returns when all of it is written.
func (c *Command) Run(ctx *cli.Context) error {
	defer cli.RelaxGC(50, 2<<20)()
	r := &run{Command: c, ctx: ctx, began: time.Now(), gate: newBacklog(), failed: make(chan struct{})}
	if err := r.prepare(); err != nil {
		return err
	}
	stopLookups, err := r.start()
	if err != nil {
		return err
	}
	defer stopLookups()
	stopSync := r.startSync()
	told := r.startProgress()
	r.readAll(stopLookups)
	r.names.close() // the reader has finished: nobody asks for another
	asking := r.engine.Close()
	writing := r.out.close()
	if syncing := stopSync(); writing == nil {
		writing = syncing
	}
	told()
	r.explain()
	r.closingLine()
	switch {
	case writing != nil:
		return cli.OutputError(writing)
	case asking != nil:
		return asking
	case ctx.Err() != nil:
		return ctx.Err()
	case r.late, r.out.failures() > 0:
		return cli.ErrRecords
	}
	return nil
}

// prepare reads what has to be right before anything is done.
func (r *run) prepare() (err error) {
	r.resolver = resolve.System(net.DefaultResolver, resolve.Options{Rate: float64(r.LookupRate)})
	if r.simulate != nil {
		r.resolver = resolve.New(madeUp{}, resolve.Options{Once: true})
	}
	if r.scope, err = r.newScope(); err != nil {
		return cli.UsageError(err)
	}
	return r.openJournal()
}

// start makes everything that the run consists of.
func (r *run) start() (stopLookups context.CancelFunc, err error) {
	workers := r.workers()
	concurrency, room := r.concurrency(endpoint.TCP), 0
	own := noLinks()
	if r.simulate == nil {
		workers, concurrency, room = r.fitDescriptorLimit(workers, concurrency)
		r.giveProcessors(workers)
		own = ownLinks()
	}
	if r.syn() {
		if err := r.openSYN(workers); err != nil {
			return nil, cli.UsageError(err)
		}
	}
	r.scribe = r.newScribe()
	r.out = startOutput(r.writer(), r.gate, r.KeepOrder,
		func() { r.engine.WakeAll() }, func() { close(r.failed) })
	r.engine, err = probe.Start(probe.Options{
		Workers: workers, Concurrency: concurrency,
		Ahead:           r.ahead(workers),
		HostConcurrency: int(r.HostConc), Rate: float64(r.Rate), HostRate: float64(r.HostRate),
		Timeout: r.Timeout.D(), Retries: r.retries, Addresses: maxAddresses,
		OnLink:    own.onLink,
		Neighbor:  own.neighbor,
		Repeats:   r.repeats(),
		LinkLayer: own.linkLayer,
		Transport: r.transports(room / workers),
		UDP:       r.udpPool(workers, room),
		Patience:  r.Patience.D(), HostTimeout: r.HostTimeout.D(),
		Share:   !r.NoShare,
		Allowed: r.allowed(),
		Sink:    func(int) probe.Sink { return &workerSink{recordFormat: r.scribe, out: r.out} },
	})
	if err != nil {
		r.out.close()
		return nil, cli.UsageError(err)
	}
	r.dropPrivileges()
	ctx, cancel := context.WithCancel(context.Background())
	r.reader = &reader{
		engine: r.engine, gate: r.gate, log: r.ctx.Log, halt: cli.NewInputCanceler(), unicast: own.unicast, misfit: r.misfit(),
		sink: workerSink{recordFormat: r.scribe, out: r.out},
		ways: r.requests.Ways, scope: r.scope, journal: r.journal,
	}
	r.reader.idle.L, r.reader.waits = &r.reader.mu, true
	r.names = newResolver(ctx, r.lookup(), r.reader.deliver)
	r.reader.names = r.names
	if r.Verbose {
		r.ctx.Log.Printf("%s", r.startingLine(workers, concurrency))
	}
	return cancel, nil
}

func (r *run) newScribe() *recordFormat {
	s := &recordFormat{
		shown: r.shown(), plain: r.Plain, ordered: r.KeepOrder,
		method: [2]endpoint.Method{endpoint.TCP: endpoint.Connect, endpoint.UDP: endpoint.UDPDatagram}, services: service.Load(),
		clock: func(t probe.Time) time.Time { return r.began.Add(time.Duration(t)) },
	}
	s.origin = origin{r.source, r.link}
	if r.syn() {
		s.method[endpoint.TCP] = endpoint.SYN
	}
	if r.simulate != nil {
		s.method = [2]endpoint.Method{endpoint.Simulate, endpoint.Simulate}
		s.clock = func(t probe.Time) time.Time { return r.began.Add(simnet.Elapsed(t)) }
	}
	s.failed = r.logError
	if r.Verbose {
		s.found = r.logOpen
	}
	return s
}

// misfit returns the check of targets against --source and --interface.
func (r *run) misfit() func(netip.Addr) error {
	if r.simulate != nil {
		return func(netip.Addr) error { return nil }
	}
	return r.scribe.origin.misfit
}

// transports returns what makes a worker's transport, which holds at most room
// attempts.
func (r *run) transports(room int) func(int) (probe.Transport, error) {
	if r.simulate != nil {
		return func(int) (probe.Transport, error) { return simnet.New(*r.simulate), nil }
	}
	if r.net != nil {
		return func(i int) (probe.Transport, error) { return r.net.Transport(i), nil }
	}
	clock := r.monotonic()
	how := connect.Options{
		Room:   room,
		Source: r.source, Interface: r.link, Own: &connect.Own{},
	}
	return func(int) (probe.Transport, error) {
		if r.portable {
			return connect.NewPortable(how, clock), nil
		}
		return connect.New(how, clock)
	}
}

// repeats is when the system repeats a TCP probe by itself.
func (r *run) repeats() []time.Duration {
	if r.syn() || r.simulate != nil {
		return nil
	}
	return connect.Repeats()
}

// lookup is how names are resolved.
func (r *run) lookup() lookup {
	if r.simulate != nil {
		return func(_ context.Context, name string) (netip.Addr, error) {
			return simnet.Resolve(name, r.IPv6), nil
		}
	}
	return firstAddress(r.resolver, resolve.Network(r.IPv4, r.IPv6))
}

// readAll reads and asks until all is settled, a signal comes or the output
// fails. In the latter two it leaves the rest unread and orders what is in hand
// to end.
func (r *run) readAll(stopLookups context.CancelFunc) {
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		unread := max(1, len(r.Files))
		for in := range r.ctx.Inputs(r.Files) {
			if r.reader.read(in) == nil {
				unread-- // else it was reported, and counts in the exit status
			}
		}
		r.readOut.Store(unread == 0 && r.reader.ended.Load() == 0)
		r.reader.finish()
		r.names.close()
		r.engine.Close()
	}()
	var deadline <-chan time.Time
	if r.Deadline > 0 {
		timer := time.NewTimer(r.Deadline.D() - time.Since(r.began))
		defer timer.Stop()
		deadline = timer.C
	}
	select {
	case <-settled:
	case <-r.ctx.Done():
		r.end(endpoint.Interrupted, r.Timeout.D(), stopLookups)
	case <-deadline:
		r.late = true
		r.ctx.Log.Printf("stopped by --deadline %v", r.Deadline)
		r.end(endpoint.Deadline, 0, stopLookups)
	case <-r.failed:
		r.end(endpoint.Interrupted, 0, stopLookups)
	}
}

// end orders everything in hand to come to an end within grace, for a reason.
func (r *run) end(reason endpoint.Reason, grace time.Duration, stopLookups context.CancelFunc) {
	r.reader.ended.Store(uint32(reason))
	stopLookups()
	r.engine.Stop(reason, grace)
	r.gate.release()
	r.reader.finish()
}
