package portprobe

import (
	"context"
	"io"
	"net"
	"net/netip"
	"runtime"
	"sync/atomic"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/origin"
	"portkit/pkg/probe"
	"portkit/pkg/probe/echo"
	"portkit/pkg/probe/simnet"
	"portkit/pkg/probe/syn"
	"portkit/pkg/resolve"
	"portkit/pkg/resumefile"
	"portkit/pkg/scope"
	"portkit/pkg/stream"
)

// maxAddresses is the number of addresses whose RTT and loss are remembered.
const maxAddresses = 262_144

// maxDeferred is the maximum number of endpoints that are held without a job while the
// sample of their address has not decided. Each occupies two bytes, and each address with
// such endpoints some hundred.
const maxDeferred = 8 << 20

// run is one run of portprobe.
type run struct {
	*Command
	ctx        *cli.Context
	began      time.Time
	engine     *probe.Engine
	out        *stream.Output
	backlog    *stream.Backlog
	deferred   *stream.Backlog // of endpoints without a job
	released   chan struct{}   // closed when none of these is left
	format     *recordFormat
	names      *resolve.Cache[*probe.Job]
	resolver   *resolve.Resolver
	reader     *reader
	input      *stream.Input
	links      neighbors
	scope      *scope.Scope
	resumeFile *resumefile.File // of --resume; nil without
	synNet     *syn.Net         // nil unless TCP is probed by SYN
	total      stream.Total
	echo       *echo.Socket  // nil without --skip-silent, or if not permitted
	failed     chan struct{} // closed when the output cannot be written

	ended   atomic.Uint32 // endpoint.Reason for which the run was ended early; 0: it was not
	readOut atomic.Bool   // all inputs were read to their ends
}

// Run probes the endpoints of its inputs, and returns when all results are written.
func (c *Command) Run(ctx *cli.Context) error {
	defer cli.RelaxGC(50, 2<<20)()
	r := &run{
		Command: c, ctx: ctx, began: time.Now(), backlog: stream.NewBacklog(), failed: make(chan struct{}),
		deferred: stream.NewBacklogOf(maxDeferred), released: make(chan struct{}),
		links: neighbors{origin.NoLinks()}, total: stream.Total{Given: int64(c.Total)},
	}
	if err := r.prepare(); err != nil {
		return err
	}
	stopLookups, err := r.start()
	if err != nil {
		return err
	}
	defer stopLookups()
	stopSync := stream.StartSync(r.resumeFile, r.Fsync.D())
	stopProgress := r.startProgress()
	r.readAll(stopLookups)
	r.names.Wait() // the reader has finished
	r.awaitDeferred()
	probeErr := r.engine.Close()
	r.closeEcho()
	writeErr := r.out.Close()
	if err := stopSync(); writeErr == nil {
		writeErr = err
	}
	stopProgress()
	r.logNoOutput()
	r.warnLost()
	r.logSummary()
	switch {
	case writeErr != nil:
		return writeErr
	case probeErr != nil:
		return probeErr
	case ctx.Err() != nil:
		return ctx.Err()
	case r.endedBy() == endpoint.Deadline, r.out.Failures() > 0:
		return cli.ErrRecords
	}
	return nil
}

// prepare reads the files that must be valid before anything is sent.
func (r *run) prepare() (err error) {
	r.resolver = resolve.System(net.DefaultResolver, resolve.Options{Rate: float64(r.LookupRate)})
	if r.simulate != nil {
		r.resolver = resolve.New(simulatedNames{}, resolve.Options{Once: true})
	}
	if r.scope, err = r.newScope(); err != nil {
		return cli.UsageError(err)
	}
	r.resumeFile, err = stream.OpenResumeFile(r.ctx, r.Resume, r.Files)
	return err
}

// start starts everything but the reading of input.
func (r *run) start() (stopLookups context.CancelFunc, err error) {
	workers := r.workers()
	concurrency, room := r.concurrency(endpoint.TCP), 0
	if r.simulate == nil {
		workers, concurrency, room = r.fitDescriptorLimit(workers, concurrency)
		r.raiseGOMAXPROCS(workers)
		r.links = neighbors{origin.OwnLinks()}
	}
	if r.syn() {
		if err := r.openSYN(workers); err != nil {
			return nil, cli.UsageError(err)
		}
	}
	r.openEcho()
	r.format = r.newFormat()
	var w io.Writer = r.ctx.Out
	if r.resumeFile != nil {
		w = r.resumeFile
	}
	r.out = stream.StartOutput(w, r.backlog, r.KeepOrder,
		func() { r.engine.WakeAll() }, func() { close(r.failed) })
	if r.engine, err = r.startEngine(workers, concurrency, room); err != nil {
		r.out.Close()
		r.closeEcho()
		return nil, cli.UsageError(err)
	}
	if r.echo != nil {
		r.echo.Start(r.engine.Received)
	}
	r.dropPrivileges()
	ctx, cancel := context.WithCancel(context.Background())
	r.names = resolve.NewCache(ctx, r.lookup(), r.deliver)
	r.reader = r.newReader()
	go r.releaseDeferred()
	r.input = stream.NewInput(r.reader.process, r.reader.flush)
	if r.Verbose {
		r.ctx.Log.Printf("%s", r.settings(workers, concurrency))
	}
	return cancel, nil
}

func (r *run) startEngine(workers, concurrency, room int) (*probe.Engine, error) {
	o := probe.Options{
		Workers: workers, Concurrency: concurrency, HostConcurrency: int(r.HostConc),
		Rate: float64(r.Rate), HostRate: float64(r.HostRate),
		Timeout: r.Timeout.D(), Retries: r.retries, Patience: r.Patience.D(), HostTimeout: r.HostTimeout.D(),
		Addresses: maxAddresses, Share: !r.NoShare, SkipSilent: int(r.SkipSilent), LostPatience: r.LostPatience.D(),
		OnLink: r.links.OnLink, Neighbor: r.links.neighbor, LinkLayer: r.links.linkLayer,
		Sink: func(int) probe.Sink { return &workerSink{recordFormat: r.format, out: r.out} },
	}
	if r.Verbose {
		o.Stopped = r.logStopped
	}
	if !r.scope.Unlimited() {
		o.Allowed = r.scope.Allows
	}
	r.setTransports(&o, room/workers)
	return probe.Start(o)
}

// raiseGOMAXPROCS lets all workers be in system calls, which occupy a processor
// to the Go scheduler, while others read and write.
func (r *run) raiseGOMAXPROCS(workers int) {
	if r.ctx.Getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) <= workers {
		runtime.GOMAXPROCS(workers + 1)
	}
}

// lookup returns the function that resolves names.
func (r *run) lookup() resolve.Func {
	if r.simulate != nil {
		return func(_ context.Context, name string) ([]netip.Addr, error) {
			return []netip.Addr{simnet.Resolve(name, r.IPv6)}, nil
		}
	}
	return r.resolver.Family(r.IPv4, r.IPv6)
}

// readAll returns when all endpoints are settled, or the run was ended early: by a
// signal, the deadline or an output that fails.
func (r *run) readAll(stopLookups context.CancelFunc) {
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		whole := r.input.ReadFiles(r.ctx, r.Files)
		r.readOut.Store(whole && r.endedBy() == 0)
		r.input.Finish()
		r.names.Wait()
		r.awaitDeferred()
		r.engine.Close()
	}()
	if reason, grace := stream.AwaitEnd(r.ctx, settled, r.failed, r.began, r.Deadline, r.Timeout.D()); reason != 0 {
		r.end(reason, grace, stopLookups)
	}
}

// end ends the run early. Outstanding probes have the time of grace for a reply.
func (r *run) end(reason endpoint.Reason, grace time.Duration, stopLookups context.CancelFunc) {
	r.ended.Store(uint32(reason))
	stopLookups()
	r.engine.Stop(reason, grace)
	r.backlog.Unlimit()
	r.input.Finish()
}

// endedBy returns the reason for which the run was ended early; 0 if it was not.
func (r *run) endedBy() endpoint.Reason { return endpoint.Reason(r.ended.Load()) }
